import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import { attempt, subjects } from "./mutations.ts";

const SEEDS = Number(Deno.env.get("FAULT_SEEDS") ?? 300);
/** A file for the seed at hand. */
const TELL = Deno.env.get("FAULT_TELL");
const FIRST = Number(Deno.env.get("FAULT_FIRST_SEED") ?? 1);
/** One reading of everything takes some ten milliseconds; what goes on for so long goes on in circles, on a busy machine too. */
const HANG = 120_000;

Deno.test(`parts with bytes changed at random are damaged, or read as what they hold: ${SEEDS} seeds`, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const all = await subjects(folder);
    const outcomes = new Map<string, number>();
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const subject = all[seed % all.length];
      // Where a reader ends the process, this is the last word.
      if (TELL !== undefined) await Deno.writeTextFile(TELL, String(seed));
      const started = performance.now();
      const outcome = await attempt(subject, seed).catch((error) => {
        throw new Error(`seed ${seed}, written by ${subject.writer}: ${error?.stack ?? error}`, { cause: error });
      });
      assert.ok(performance.now() - started < HANG, `seed ${seed}, written by ${subject.writer}: it hangs`);
      const name = `${subject.writer}: ${outcome}`;
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    }
    for (const [name, count] of [...outcomes].sort()) console.log(`${name}: ${count}`);
    assert.ok([...outcomes.keys()].some((name) => name.endsWith("damaged")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const CASES = new URL("../../../shared/cases/damaged/", import.meta.url);
const there = await Deno.stat(CASES).then(() => true, () => false);

Deno.test({
  name: there
    ? "files that ended the process of another reader are damaged files"
    : "files that ended the process of another reader (skipped: ../shared/cases is not here)",
  ignore: !there,
  async fn() {
    for await (const { name } of Deno.readDir(CASES)) {
      const source = openArchive({ data: new URL(name, CASES).pathname }).open("nereid/digits");
      const read = async () => {
        for await (const _ of source.values({ runs: null, paths: null, filter: null, types: null })) { /* all */ }
        const runs = (await Array.fromAsync(source.runs({ where: null, heads: false, sort: null }))).flatMap((page) =>
          page.runs.map((run) => run.key)
        );
        const paths = ["train/loss", "train/accuracy"];
        const pairs = runs.flatMap((_, run) => paths.map((_, path) => [run, path]));
        const series = {
          runs,
          paths,
          run: Uint32Array.from(pairs, ([run]) => run),
          path: Uint32Array.from(pairs, ([, path]) => path),
        };
        const query = {
          kind: "float",
          series,
          stepRange: [null, null],
          lineage: "full",
          previews: false,
          limit: null,
        } as const;
        for await (const _ of source.series(query)) { /* all */ }
        await source.report!();
        await (await source.scan!()).collect();
      };
      await assert.rejects(read(), { name: "DamagedFileError" }, name);
    }
  },
});
