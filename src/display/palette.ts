/**
 * The colors and dashes of lines and marks, in pictures and on the page of `view`.
 *
 * @module
 */

/**
 * Each has a contrast of 3 or more on white and on the dark backgrounds of notebooks, and any two differ
 * by 10 or more (CIEDE2000), also for people who see no red or no green.
 */
export const PALETTE: readonly string[] = [
  "#3f78e6",
  "#d9650f",
  "#1f9360",
  "#b8493a",
  "#c52275",
  "#2998a3",
  "#6263a3",
  "#706a7d",
  "#339dd7",
  "#f73b66",
];

/** Dashes of lines; the first is none. */
export const DASHES: readonly string[] = ["", "7,3", "2,3", "9,3,2,3", "14,4"];
