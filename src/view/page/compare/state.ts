/// <reference lib="dom" />

/**
 * How runs are compared: what of it one would share is in the address.
 *
 * @module
 */

import { type Codec, type Param, param, SWITCH, TEXT, TEXTS, wordCodec } from "../address.ts";

/** The parts of the section. */
export const COMPARE_PARTS = ["values", "images", "scatter", "parallel"] as const;

/** The part that is shown. */
export const comparePart: Param<typeof COMPARE_PARTS[number]> = param("v", wordCodec(...COMPARE_PARTS));

/** Words that the paths of the compared values contain. */
export const compareSearch: Param<string> = param("vq", TEXT);

/** Whether values that are the same in all runs are shown, too. */
export const showSame: Param<boolean> = param("va", SWITCH);

/** What the axes and the colours of the scatter plot show, as paths; empty: chosen for you, and the runs' own colours. */
export const scatterX: Param<string> = param("vx", TEXT);
export const scatterY: Param<string> = param("vy", TEXT);
export const scatterColor: Param<string> = param("vc", TEXT);

/** The axes of the parallel coordinates, as paths; empty: chosen for you. */
export const parallelPaths: Param<string[]> = param("vp", TEXTS);

/** The parts of axes that choose runs. */
export type Brushes = ReadonlyMap<string, readonly [low: number, high: number]>;

const BRUSHES: Codec<Brushes> = {
  read: (text) =>
    new Map(
      TEXTS.read(text).flatMap((one): [string, [number, number]][] => {
        const [, path, low, high] = /^(.*):([^:]+):([^:]+)$/s.exec(one) ?? [];
        return path !== undefined && Number(low) <= Number(high) ? [[path, [Number(low), Number(high)]]] : [];
      }),
    ),
  write: (brushes) => TEXTS.write([...brushes].map(([path, [low, high]]) => `${path}:${low}:${high}`)),
};

/** The parts of axes that are chosen, by path. */
export const brushes: Param<Brushes> = param("vb", BRUSHES);
