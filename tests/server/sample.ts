/** The sample archive behind a server, and what it holds. */

import { openArchive } from "../../src/archive/catalog.ts";
import { type Client, connect } from "./client.ts";

export const PROJECT = "nereid/digits";
export const HOLDER = (sysId: string) => `${PROJECT}/${sysId}`;

const archive = openArchive({ data: new URL("../../samples/archive/data", import.meta.url).pathname });

/** A client of the sample archive. */
export const sample: Promise<Client> = connect(archive);
/** The sample archive itself. */
export const source = archive.open(PROJECT);
