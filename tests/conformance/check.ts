/**
 * What one test on the sample archive gets.
 *
 * @module
 */

import type { Catalog, Source } from "../../src/source.ts";
import type { Model } from "./model.ts";

/** The sample archive through the implementation under test, and through the naive model. */
export interface Sample {
  catalog: Catalog;
  source: Source;
  model: Model;
  /** Run keys of the source by run id. */
  keys: Map<string, string>;
  /** The files root of the archive. */
  files: string;
}

/** One test on the sample archive. */
export interface SampleCheck {
  name: string;
  check(sample: Sample): Promise<void>;
}
