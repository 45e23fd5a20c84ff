/**
 * `listAttributes`: which attributes runs have.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { recordsFrame } from "../frame/frame.ts";
import { listOf, orNull } from "../options/kinds.ts";
import { ATTRIBUTE_TYPE } from "../nql/check.ts";
import { type Checked, declare, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { Source } from "../source.ts";
import type { AttributeType } from "../types.ts";
import { ATTRIBUTES, type AttributeSelection, selectPaths } from "./names.ts";
import { type BulkCall, noteMissing } from "./notes.ts";
import { RUN_SELECTION, runKeys, type RunSelection } from "./select.ts";

/** Options of {@linkcode ReadOnlyProject.listAttributes}. */
export interface ListAttributesOptions extends RunSelection, LongCallOptions {
  /** Which attributes. Default: all. */
  attributes?: AttributeSelection | null;
  /** Which types. Default: all. */
  types?: readonly AttributeType[] | null;
}

/** The options of `listAttributes`. */
export const LIST_ATTRIBUTES = declare<ListAttributesOptions>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  attributes: optional(orNull(ATTRIBUTES), null),
  types: optional(orNull(listOf(ATTRIBUTE_TYPE, "an array of attribute types")), null),
});

/** Each path with each type that it has among the runs, sorted. */
export async function listAttributesFrame(
  source: Source,
  options: Checked<typeof LIST_ATTRIBUTES> & BulkCall,
): Promise<DataFrame> {
  const { attributes, types, signal } = options;
  const which = attributes === null ? {} : selectPaths(attributes);
  const runs = await runKeys(source, options);
  const found = (await Array.fromAsync(source.attributes({ runs, ...which, types, signal }))).flat();
  if (attributes !== null) {
    const paths = new Set(found.map(({ path }) => path));
    await noteMissing(source, { runs, attributes, found: paths, what: "attribute", types }, options);
  }
  return recordsFrame({ attribute: found.map((one) => one.path), type: found.map((one) => one.type) });
}
