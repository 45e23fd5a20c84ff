/** Where nothing can be written, for real: a read-only mount, and the files of another user. */

import assert from "node:assert/strict";
import { openOffline } from "../../src/offline/catalog.ts";
import { PROJECT, read } from "./read_folder.ts";
import { type Operation, type Update, writeDatabase, writeLegacy } from "./writer.ts";

const T = Date.UTC(2026, 1, 1);
const STEPS = 20;
const operations: Operation[] = [
  { run: { created: T, experiment: "e" } },
  ...Array.from(
    { length: STEPS },
    (_, step): Update => ({ step, timestamp: T + step, append: { m: { float: step } } }),
  ),
];

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

/** Runs a program, and says whether it could do its work. */
async function does(...command: [string, ...string[]]): Promise<boolean> {
  const { success } = await new Deno.Command(command[0], { args: command.slice(1), stderr: "null", stdout: "null" })
    .output().catch(() => ({ success: false }));
  return success;
}

/** A database that was closed, one beside which a killed program left its log, and a log of Neptune 2.x. */
async function filled(folder: string): Promise<void> {
  await writeDatabase(folder, { project: PROJECT, run: "closed", operations });
  await writeDatabase(folder, { project: PROJECT, run: "killed", operations, killed: true });
  const uuid = "0c2b9e4e-0000-4000-8000-000000000001";
  await writeLegacy(folder, { mode: "offline", uuid, operations: [{ type: "AssignInt", path: ["x"], value: 1 }] });
}

const FOUND = ["closed", "killed", "offline/0c2b9e4e-0000-4000-8000-000000000001"];

const filesBelow = async (folder: string) =>
  (await Array.fromAsync(
    Deno.readDir(folder),
    async ({ name, isDirectory }): Promise<string[]> =>
      isDirectory ? (await filesBelow(`${folder}/${name}`)).map((one) => `${name}/${one}`) : [name],
  )).flat().sort();

Deno.test("a medium that is read-only is read", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await filled(folder);
    const before = await filesBelow(folder);
    const mounted = isRoot && await does("mount", "--bind", folder, folder);
    try {
      const ignore = !mounted || !await does("mount", "-o", "remount,ro,bind", folder);
      const why = ignore ? " (skipped: only root may mount, and not in every container)" : "";
      await t.step({
        name: `databases, a log of a killed program, folders of Neptune 2.x${why}`,
        ignore,
        fn: async () => {
          await assert.rejects(Deno.writeTextFile(`${folder}/x`, ""), /os error 30/);
          assert.deepEqual(await read(folder), [FOUND, [STEPS, STEPS]]);
          assert.deepEqual(await filesBelow(folder), before);
        },
      });
    } finally {
      if (mounted) await does("umount", folder);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the files of another user are read, and nothing is written among them", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await filled(`${folder}/jobs`);
    await Deno.chmod(folder, 0o755);
    const before = await filesBelow(`${folder}/jobs`);
    // Nobody, who may read everything, since Deno itself may lie in the home of root, but write nothing there. The cache of packages
    // asks for more: the program is one file.
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+dac_read_search"];
    const args = [...nobody, "--ambient-caps=-all,+dac_read_search", "--bounding-set=-all,+dac_read_search"];
    const ignore = !isRoot || !await does("setpriv", ...args, "true");
    await t.step({
      name: `as nobody${ignore ? " (skipped: only root may become another user)" : ""}`,
      ignore,
      fn: async () => {
        const program = `${folder}/read.js`;
        const source = new URL("read_folder.ts", import.meta.url).pathname;
        assert.ok(await does(Deno.execPath(), "bundle", "--platform", "deno", source, "-o", program), "it is bundled");
        const { stdout, stderr } = await new Deno.Command("setpriv", {
          args: [...args, Deno.execPath(), "run", "-A", "--no-config", program, `${folder}/jobs`],
        }).output();
        const said = new TextDecoder().decode(stdout);
        assert.notEqual(said, "", new TextDecoder().decode(stderr));
        assert.deepEqual(JSON.parse(said), [65534, "PermissionDenied", [FOUND, [STEPS, STEPS]]]);
        assert.deepEqual(await filesBelow(`${folder}/jobs`), before);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: `what may not be read is told, and never taken for absent${
    isRoot ? " (skipped: root may read everything)" : ""
  }`,
  ignore: isRoot || Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = await writeDatabase(folder, { project: PROJECT, run: "closed", operations });
      await Deno.chmod(path, 0);
      const report = await openOffline({ folder, legacyProject: PROJECT }).open(PROJECT).unsyncedReport!();
      assert.ok(report.some(({ severity }) => severity === "error"), JSON.stringify(report));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
