/**
 * Holds docs/python.md against the signatures of the installed Python packages: every public name and every parameter stands there,
 * and nothing else does.
 */

import { namesThatAreNot, readPythonPage } from "../documents/python_page.ts";

/** Gives a sentence for everything that the page lacks, or has without reason. */
export async function checkNames(interpreter: string): Promise<string[]> {
  const { claims, ours } = await readPythonPage();
  const names = await readNames(interpreter);
  const complaints: string[] = [];

  const known = new Map<string, Set<string>>();
  for (const { line, python, parameter } of claims) {
    const parameters = names.get(python);
    if (!parameters) complaints.push(`docs/python.md:${line}: the packages have no ${python}`);
    const found = known.get(python) ?? new Set();
    known.set(python, parameter === null ? found : found.add(parameter));
  }
  for (const [python, parameters] of names) {
    const found = known.get(python);
    if (!found) complaints.push(`docs/python.md lacks ${python}(${parameters.join(", ")})`);
    else for (const one of parameters) if (!found.has(one)) complaints.push(`docs/python.md lacks ${one} of ${python}`);
  }
  // A row below a heading of several functions is about those of them that have the parameter.
  for (
    const [row, about] of Map.groupBy(
      claims.filter(({ parameter }) => parameter !== null),
      (one) => `${one.line} ${one.parameter}`,
    )
  ) {
    const [line, parameter] = row.split(" ");
    if (!about.some(({ python }) => names.get(python)?.includes(parameter))) {
      complaints.push(`docs/python.md:${line}: ${about.map(({ python }) => python).join(", ")} have no ${parameter}`);
    }
  }
  const parameters = [...names.values()].reduce((sum, some) => sum + some.length, 0);
  console.log(`docs/python.md: ${names.size} names with ${parameters} parameters in the Python packages`);
  return [...complaints, ...await namesThatAreNot(ours)];
}

async function readNames(interpreter: string): Promise<Map<string, string[]>> {
  const program = new URL("names.py", import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(interpreter, { args: [program], stderr: "inherit" }).output();
  if (!success) throw new Error("The signatures of the Python packages cannot be read.");
  return new Map(Object.entries(JSON.parse(new TextDecoder().decode(stdout))));
}
