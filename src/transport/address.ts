/**
 * Addresses that a server names. They are not trusted: a page of this machine is no answer, and what was asked under the protection
 * of TLS is not asked without.
 *
 * @module
 */

/**
 * The address in full, or null where it is not to be asked: other schemes than http and https, a step down from https to http, and
 * names or passwords inside.
 *
 * @param address What the server named, alone or relative to `base`.
 * @param base The address that was asked.
 */
export function trustedAddress(address: string, base: string): string | null {
  // Nothing, relative to an address, is that address.
  const url = address.trim() === "" ? null : URL.parse(address, base);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.protocol === "http:" && new URL(base).protocol === "https:") return null;
  if (url.username !== "" || url.password !== "") return null;
  return url.href;
}

/** Whether two addresses are of the same host. */
export function sameHost(address: string, base: string): boolean {
  return new URL(address).host === new URL(base).host;
}
