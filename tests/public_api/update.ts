/** Writes the public API as it is now into the snapshot. */

import { fileURLToPath } from "node:url";
import { publicApi, SNAPSHOT } from "./render.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
await Deno.writeTextFile(SNAPSHOT, await publicApi(root));
