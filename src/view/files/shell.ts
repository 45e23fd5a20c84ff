/**
 * The files of what is around the sections.
 *
 * @module
 */

import format from "../../display/format.ts" with { type: "text" };
import palette from "../../display/palette.ts" with { type: "text" };
import address from "../page/address.ts" with { type: "text" };
import client from "../page/client.ts" with { type: "text" };
import html from "../page/html.ts" with { type: "text" };
import link from "../page/link.ts" with { type: "text" };
import main from "../page/main.ts" with { type: "text" };
import newest from "../page/newest.ts" with { type: "text" };
import room from "../page/room.ts" with { type: "text" };
import runIds from "../page/run_ids.ts" with { type: "text" };
import sections from "../page/sections.ts" with { type: "text" };
import selection from "../page/selection.ts" with { type: "text" };
import storedFile from "../page/stored_file.ts" with { type: "text" };
import style from "../page/shell.css" with { type: "text" };
import shell from "../page/shell.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const SHELL_FILES: Record<string, string> = {
  "display/format.ts": format,
  "display/palette.ts": palette,
  "view/page/address.ts": address,
  "view/page/client.ts": client,
  "view/page/html.ts": html,
  "view/page/link.ts": link,
  "view/page/main.ts": main,
  "view/page/newest.ts": newest,
  "view/page/room.ts": room,
  "view/page/run_ids.ts": runIds,
  "view/page/sections.ts": sections,
  "view/page/selection.ts": selection,
  "view/page/stored_file.ts": storedFile,
  "view/page/shell.css": style,
  "view/page/shell.ts": shell,
};
