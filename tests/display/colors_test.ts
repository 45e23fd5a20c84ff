import assert from "node:assert/strict";
import { ALERT, QUIET, WARNING } from "../../src/display/html.ts";
import { PALETTE } from "../../src/display/palette.ts";
import { rampColor } from "../../src/display/draw/ramp.ts";
import { contrast, difference, sights } from "./colors.ts";

/** The backgrounds of JupyterLab and of the dark themes of other editors, and their text. */
const PAGES = [["#ffffff", "#212121"], ["#111111", "#ffffff"], ["#ffffff", "#3b3b3b"], ["#1e1e1e", "#cccccc"]];

Deno.test("the measure of colors gives the published values", () => {
  assert.ok(Math.abs(difference("#ffffff", "#000000", "full") - 100) < 0.1);
  assert.ok(Math.abs(contrast("#ffffff", "#767676") - 4.54) < 0.01);
  assert.ok(difference("#00a000", "#a06000", "deuteranopia") < difference("#00a000", "#a06000", "full") / 2);
});

Deno.test("any two colors of lines differ, also without red or green, and stand out from every background", () => {
  for (const [i, color] of [...PALETTE, ALERT, WARNING].entries()) {
    for (const [background] of PAGES) {
      assert.ok(contrast(color, background) >= 3, `${color} on ${background}: ${contrast(color, background)}`);
    }
    for (const other of PALETTE.slice(0, i < PALETTE.length ? i : 0)) {
      for (const sight of sights) {
        const apart = difference(color, other, sight);
        assert.ok(apart >= 9.9, `${color} and ${other} differ by ${apart.toFixed(1)} in ${sight} sight`);
      }
    }
  }
});

Deno.test("the scale of colors runs one way to every sight and can be seen on both backgrounds", () => {
  const scale = { low: 0, high: 1, log: false };
  const colors = Array.from({ length: 9 }, (_, i) => rampColor(scale, i / 8));
  for (const color of colors) for (const [background] of PAGES) assert.ok(contrast(color, background) >= 2);
  for (const sight of sights) {
    for (let i = 1; i < colors.length; i++) {
      assert.ok(difference(colors[i], colors[i - 1], sight) > 2, `${colors[i - 1]} to ${colors[i]}, ${sight}`);
    }
    assert.ok(difference(colors[0], colors[8], sight) > 25);
  }
  assert.equal(rampColor({ low: 1, high: 100, log: true }, 10), rampColor(scale, 0.5));
});

Deno.test("secondary text has a contrast of 4.5 on every page", () => {
  const [, share] = QUIET.match(/^opacity:([\d.]+)$/)!;
  for (const [page, text] of PAGES) {
    const [below, above] = [page, text].map((color) => Uint8Array.fromHex(color.slice(1)));
    const mixed = below.map((byte, i) => Math.round(byte + (above[i] - byte) * Number(share)));
    assert.ok(contrast(`#${mixed.toHex()}`, page) >= 4.5, `${text} on ${page}`);
  }
  assert.ok(contrast("#767676", "#ffffff") >= 4.5, "text of pictures, which cannot take the color of the page");
  assert.ok(contrast("#a6a6a6", "#1e1e1e") >= 4.5, "the same on pages that say that they are dark");
});
