/**
 * Runs the notebooks and writes their outputs into them: `deno task notebooks`.
 */

import { execute } from "./execute.ts";
import { notebookFiles, readNotebook, writeNotebook } from "./notebook.ts";

for (const [name, path] of await notebookFiles()) {
  if (Deno.args.length > 0 && !Deno.args.some((part) => name.includes(part))) continue;
  const { notebook, replies } = await execute(await readNotebook(path), path.slice(0, path.lastIndexOf("/")));
  await writeNotebook(path, notebook);
  const failed = replies.map(({ status, ename, evalue }, i) => ({ i, status, ename, evalue })).filter(({ status }) =>
    status !== "ok"
  );
  const { size } = await Deno.stat(path);
  console.log(`${name}: ${replies.length} cells, ${Math.round(size / 1000)} kB`);
  for (const { i, ename, evalue } of failed) console.log(`  code cell ${i + 1} failed: ${ename}: ${evalue}`);
  if (failed.length > 0) Deno.exitCode = 1;
}
