/**
 * What the page of a run takes.
 *
 * @module
 */

import { ATTRIBUTES, type AttributeSelection } from "../../bulk/names.ts";
import { orNull } from "../../options/kinds.ts";
import { declare, optional } from "../../options/options.ts";

/** Which part of a run a page shows. */
export interface PageOptions {
  /** Which attributes: paths, or a pattern. Default: all. */
  attributes?: AttributeSelection | null;
}

/** The options of `page()`. */
export const RUN_PAGE = declare<PageOptions>()({ attributes: optional(orNull(ATTRIBUTES), null) });
