/**
 * Runs notebooks in the real Deno kernel. Jupyter's own tools lose outputs that this kernel sends after it says that it is idle.
 */

import { Kernel, type Message, type Reply } from "../kernel/kernel.ts";
import { joined, lines, type Notebook, type Output } from "./notebook.ts";

/** Runs all code cells, one after the other, in a kernel of their own; gives the notebook with new outputs and the replies. */
export async function execute(notebook: Notebook, cwd: string): Promise<{ notebook: Notebook; replies: Reply[] }> {
  await using kernel = await Kernel.start({ cwd });
  const cells = [];
  const replies: Reply[] = [];
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") {
      cells.push(cell);
      continue;
    }
    const reply = await kernel.run(joined(cell.source));
    replies.push(reply);
    const outputs = toOutputs(reply.outputs, replies.length).filter((output) => !isProgress(output));
    cells.push({ ...cell, execution_count: replies.length, outputs });
  }
  return { notebook: { ...notebook, cells }, replies };
}

/** Whether there is progress to show depends on the machine, so that it is not stored. */
function isProgress({ output_type, data }: Output): boolean {
  return output_type === "display_data" && Object.keys(data!).join() === "text/plain";
}

/** Messages as a notebook stores them: what was printed is joined, updates replace what they update. */
function toOutputs(messages: Message[], count: number): Output[] {
  const outputs: Output[] = [];
  const shown = new Map<string, Output>();
  for (const { type, content } of messages.map(withoutRoot)) {
    const last = outputs.at(-1);
    if (type === "stream" && last?.output_type === "stream" && last.name === content.name) {
      last.text = lines(joined(last.text) + content.text);
    } else if (type === "stream") {
      outputs.push({ name: content.name, output_type: "stream", text: lines(content.text) });
    } else if (type === "update_display_data") {
      const display = shown.get(content.transient.display_id);
      if (display) display.data = stored(content.data);
    } else if (type === "display_data") {
      const output = { data: stored(content.data), metadata: {}, output_type: type };
      if (content.transient?.display_id) shown.set(content.transient.display_id, output);
      outputs.push(output);
    } else if (type === "execute_result") {
      outputs.push({ data: stored(content.data), execution_count: count, metadata: {}, output_type: type });
    } else if (type === "error") {
      outputs.push({ ename: content.ename, evalue: content.evalue, output_type: type, traceback: content.traceback });
    }
  }
  return outputs;
}

/** Paths below the repository are stored relative to it, so that they are the same everywhere. */
function withoutRoot({ type, content }: Message): Message {
  return { type, content: JSON.parse(JSON.stringify(content).replaceAll(ROOT, "")) };
}

const ROOT = new URL("../../", import.meta.url).pathname;

function stored(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => [type, typeof value === "string" ? lines(value) : value]),
  );
}
