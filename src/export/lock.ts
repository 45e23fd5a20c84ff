/**
 * One exporter at a time writes a project of an archive.
 *
 * @module
 */

import { ArchiveError } from "../errors.ts";
import { sayingWhatFailed } from "../write/whole.ts";

/** The lock, held until it is disposed of. The operating system takes it away from a process that ends, however that ends. */
export async function lockFolder(folder: string): Promise<Disposable> {
  const path = `${folder}/.exporting`;
  while (true) {
    const file = await sayingWhatFailed(path, () => Deno.open(path, { write: true, create: true }));
    if (!await sayingWhatFailed(path, () => file.tryLock(true))) {
      file.close();
      throw new ArchiveError(
        `Another export writes to ${folder} now, and two would take each other's files away: wait until it has ended, and call again.`,
        { path: folder },
      );
    }
    // Whoever held it before may just have taken the file away.
    const [held, there] = await Promise.all([file.stat(), Deno.stat(path).catch(() => null)]);
    if (there !== null && (held.ino === null || held.ino === there.ino)) {
      return {
        [Symbol.dispose]: () => {
          try {
            Deno.removeSync(path);
          } catch {
            // An empty file that stays does no harm.
          }
          file.close();
        },
      };
    }
    file.close();
  }
}
