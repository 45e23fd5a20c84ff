/**
 * The first chart of 53 runs with a million points each, and how long a hover takes in a browser:
 * `deno run -A bench/charts.ts [folder for the generated archive] [runs] [points]`.
 *
 * The chart is made from an archive, from opening it to the last byte of what a notebook gets, in processes of their own. The floor is
 * one look at every value, in memory, in the same process. The first run generates the archive, which later runs find again. Needs
 * Chromium for the hover.
 */

import process from "node:process";
import { chromium } from "playwright-core";
import { jupyterDisplay, plot, ReadOnlyProject } from "../mod.ts";
import { longRuns } from "./generate.ts";

const [folder = `${Deno.env.get("TMPDIR") ?? "/tmp"}/neptune-bench-charts`, runs = "53", points = "1000000", child] =
  Deno.args;
const data = `${folder}/${runs}x${points}/data`;
const PATH = "metrics/group-0/metric-0";
const ROUNDS = 3;

interface Round {
  floor: number;
  opened: number;
  drawn: number;
  framed: number;
  took: number;
  cpu: number;
  memory: number;
  html: string;
}

if (child) console.log(JSON.stringify(await oneRound()));
else {
  if (!await Deno.stat(data).then(() => true, () => false)) {
    console.log(`Generating ${runs} runs of ${points} points below ${data} ...`);
    const part = `${folder}/part`;
    await longRuns(part, "bench/project", { runs: Number(runs), series: 1, steps: Number(points) });
    await Deno.mkdir(`${folder}/${runs}x${points}`, { recursive: true });
    await Deno.rename(part, data);
  }
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const args = ["run", "-A", import.meta.filename!, folder, runs, points, "child"];
    const { stdout, success } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
    if (!success) Deno.exit(1);
    rounds.push(JSON.parse(new TextDecoder().decode(stdout)));
  }
  rounds.sort((a, b) => a.took - b.took);
  const median = rounds[ROUNDS >> 1];
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  console.log(`${runs} runs x ${points} points, the median of ${ROUNDS} processes (least ${ms(rounds[0].took)})`);
  console.log(`one look at every value   ${ms(median.floor)} of CPU`);
  console.log(
    `the chart of as many points in memory  ${ms(median.drawn)} of CPU, ${
      (median.drawn / median.floor).toFixed(1)
    } times the floor`,
  );
  console.log(`a frame of one run, fetched before, drawn  ${ms(median.framed)} of CPU`);
  console.log(`the archive, its runs     ${ms(median.opened)}`);
  console.log(
    `first chart, all of that  ${ms(median.took)} of time, ${ms(median.cpu)} of CPU, ${
      (median.cpu / median.floor).toFixed(1)
    } times the floor, peak ${median.memory} MB, ${median.html.length.toLocaleString("en")} bytes`,
  );
  await hover(median.html);
}

/** The first chart of a process. */
async function oneRound(): Promise<Round> {
  const before = process.cpuUsage();
  const start = performance.now();
  const project = new ReadOnlyProject({ archive: data, cacheFolder: null });
  const all = await project.fetchReadOnlyRuns();
  const opened = performance.now() - start;
  const bundle = await plot(all, { attributes: [PATH] })[jupyterDisplay]();
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);

  const columns = Array.from({ length: all.length }, () => new Float64Array(Number(points)).map((_, i) => Math.sin(i)));
  const floorBefore = process.cpuUsage();
  let [low, high] = [Infinity, -Infinity];
  for (const values of columns) {
    for (let i = 0; i < values.length; i++) {
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
  }
  const floorUsed = process.cpuUsage(floorBefore);
  const floor = (floorUsed.user + floorUsed.system) / 1000;
  if (!(low < high)) throw new Error("There are no values.");

  const frame = await all[0][PATH].fetchValues();
  const framedBefore = process.cpuUsage();
  await plot(frame)[jupyterDisplay]();
  const framedUsed = process.cpuUsage(framedBefore);
  const framed = (framedUsed.user + framedUsed.system) / 1000;

  const step = new Float64Array(Number(points)).map((_, i) => i);
  const lines = columns.map((value, i) => ({ run: `run-${i}`, attribute: "loss", step, value, timestamp: step }));
  const drawnBefore = process.cpuUsage();
  await plot(lines)[jupyterDisplay]();
  const drawnUsed = process.cpuUsage(drawnBefore);
  const drawn = (drawnUsed.user + drawnUsed.system) / 1000;
  return {
    floor,
    opened,
    drawn,
    framed,
    took,
    cpu: (user + system) / 1000,
    memory,
    html: bundle["text/html"] as string,
  };
}

/** How long the page takes to answer a pointer that moves. */
async function hover(html: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage({ viewport: { width: 900, height: 500 } });
  await page.setContent(`<!doctype html><body>${html}`);
  await page.locator("[data-part='chart'] svg[viewBox]").waitFor();
  const times: number[] = await page.evaluate(`(async () => {
    const svg = document.querySelector("[data-part='chart'] svg[viewBox]");
    const box = svg.getBoundingClientRect();
    const times = [];
    for (let i = 0; i < 200; i++) {
      const start = performance.now();
      const at = { clientX: box.left + 60 + i * 2.9, clientY: box.top + 40 + (i * 37) % 180, bubbles: true };
      svg.dispatchEvent(new PointerEvent("pointermove", at));
      document.body.getBoundingClientRect();
      times.push(performance.now() - start);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return times;
  })()`);
  times.sort((a, b) => a - b);
  console.log(`a hover                   ${times[100].toFixed(1)} ms, the slowest of 200 ${times[199].toFixed(1)} ms`);
  await browser.close();
}
