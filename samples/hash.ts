/**
 * The hashes of the sample archive's files, by which a download is checked.
 *
 * @module
 */

/** SHA-256 of these bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The hash of every file below a folder, by its path there, sorted. */
export async function hashesBelow(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const visit = async (below: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
      if (isDirectory) await visit(`${below}${name}/`);
      else hashes[`${below}${name}`] = await sha256(await Deno.readFile(`${folder}/${below}${name}`));
    }
  };
  await visit("");
  return Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => a < b ? -1 : 1));
}
