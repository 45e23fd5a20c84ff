import assert from "node:assert/strict";
import fc from "fast-check";
import { packFigure } from "../../src/display/chart/pack.ts";
import type { Figure } from "../../src/display/draw/figure.ts";
import { unpackFigure } from "../../src/display/draw/packed.ts";
import { fingerprint } from "../../src/display/live/generate.ts";
import { live } from "../../src/display/live.ts";
import { SCRIPTS } from "../../src/display/script.gen.ts";
import { contentOf, withoutScripts } from "./kernel_rules.ts";

Deno.test("the script of the displays is made from the sources as they are; else: deno task generate:script", async () => {
  const text = await Deno.readTextFile(new URL("../../src/display/script.gen.ts", import.meta.url));
  assert.match(text, new RegExp(`sources: ${await fingerprint()}\\.`));
  for (const script of Object.values(SCRIPTS)) assert.ok(script.length < 30_000, `${script.length} characters`);
});

Deno.test("no text in the data of a display ends their attribute", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    for (const evil of [text, `${text}</script><script>alert(1)</script>`, `<!--<script>${text}`, "\u2028\u2029&lt;"]) {
      const html = live("table", "", { evil }).toString();
      assert.deepEqual(contentOf(html), { evil });
      assert.equal(withoutScripts(html), `<div data-neptune="table"></div>`);
    }
  }));
});

Deno.test("numbers come back from their packed form with five digits and more, gaps as gaps", () => {
  const column = fc.array(fc.oneof(fc.double(), fc.integer(), fc.constant(NaN)), { maxLength: 30 });
  fc.assert(fc.property(column, column, (first, second) => {
    const numbers = (list: number[]) => Float64Array.from(list);
    const curve: Figure["panels"][0]["curves"][0] = {
      entry: 0,
      x: numbers(first),
      y: numbers(second),
      time: null,
      step: null,
      kind: null,
      low: null,
      high: null,
      smooth: null,
      mean: null,
    };
    const figure = { panels: [{ curves: [curve] }] } as unknown as Figure;
    const back = unpackFigure(packFigure(figure)).panels[0].curves[0];
    for (const [list, again] of [[first, back.x], [second, back.y]] as const) {
      assert.equal(again.length, list.length);
      list.forEach((value, i) => {
        const near = Object.is(value, again[i]) || Math.abs(again[i] - value) <= Math.abs(value) * 1e-4 + 1e-320;
        assert.ok(near, `${value} became ${again[i]}`);
      });
    }
  }));
});
