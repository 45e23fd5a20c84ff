/// <reference lib="dom" />

/** The page of the command `view` in Chromium. */

import assert from "node:assert/strict";
import axe from "axe-core/axe.min.js" with { type: "text" };
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const ROOT = new URL("../../", import.meta.url);

/** The sample archive. */
export const SAMPLE: string = new URL("samples/archive/data", ROOT).pathname;

/** Where pictures are put: `VIEWER_SCREENSHOTS`, or a folder of this run. */
export const screenshots: string = Deno.env.get("VIEWER_SCREENSHOTS") ??
  await Deno.makeTempDir({ prefix: "neptune-viewer-" });

/** The command, as people run it, and a browser. */
export class ViewedArchive implements AsyncDisposable {
  /** What the page said that it should not: errors, refused scripts. */
  readonly complaints: string[] = [];

  private constructor(
    readonly url: string,
    readonly link: string,
    readonly browser: Browser,
    readonly page: Page,
    /** When the server said that it listens, by `performance.now()`. */
    readonly listened: number,
    readonly child: Deno.ChildProcess,
  ) {}

  /** Starts `neptune-fetcher view` with these arguments and opens its link. */
  static async open(args: readonly string[], options: BrowserContextOptions = {}): Promise<ViewedArchive> {
    const browser = await chromium.launch({
      executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    await context.addInitScript("globalThis.hacked = []; globalThis.alert = (text) => globalThis.hacked.push(text);");
    const page = await context.newPage();
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "cli.ts", "view", "--port", "0", "--json", ...args],
      cwd: ROOT,
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let line = "";
    while (!line.includes("\n")) {
      const { value, done } = await reader.read();
      assert.ok(!done, `the command ended: ${line}`);
      line += value;
    }
    const listened = performance.now();
    const { url, link } = JSON.parse(line);
    const viewed = new ViewedArchive(url, link, browser, page, listened, child);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") viewed.complaints.push(message.text());
    });
    page.on("pageerror", (error) => viewed.complaints.push(String(error)));
    await page.goto(link, { waitUntil: "commit" });
    await page.locator("header.top").waitFor();
    return viewed;
  }

  /** Goes to an address of the page: `/charts?s=DIG-1`. */
  async go(address: string): Promise<void> {
    await this.page.goto(this.url + address);
    await this.page.locator("header.top").waitFor();
  }

  /** Has the system be light or dark, and waits until the page, which goes by it, is. */
  async system(colorScheme: "light" | "dark"): Promise<void> {
    await this.page.emulateMedia({ colorScheme });
    await this.page.locator(`:root[data-theme="${colorScheme}"]`).waitFor();
  }

  /** Takes a picture light, dark, and at the width of a phone. */
  async pictures(name: string): Promise<void> {
    const { page } = this;
    const size = page.viewportSize()!;
    for (const colorScheme of ["light", "dark"] as const) {
      await this.system(colorScheme);
      await page.screenshot({ path: `${screenshots}/${name}-${colorScheme}.png` });
    }
    await this.system("light");
    await page.setViewportSize({ width: 400, height: 800 });
    await page.screenshot({ path: `${screenshots}/${name}-400px.png` });
    await page.setViewportSize(size);
  }

  /** Shows the page as paper of the size A4 would, takes a picture, and fails where something does not fit. */
  async onPaper(name: string, look: () => Promise<void>): Promise<void> {
    const { page } = this;
    const size = page.viewportSize()!;
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 718, height: 1000 });
    await page.waitForTimeout(200);
    try {
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll("main *")].filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
          .map((node) => node.outerHTML.slice(0, 100))
      );
      assert.deepEqual(wide, [], `${name}: does not fit on paper`);
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
      assert.equal(await page.getByRole("navigation").isVisible(), false);
      await page.screenshot({ path: `${screenshots}/${name}-print.png`, fullPage: true });
      await look();
    } finally {
      await page.setViewportSize(size);
      await page.emulateMedia({ media: null });
    }
  }

  /** The CPU time that the server and the browser took so far, in milliseconds: it counts where the machine does other things. */
  async cpu(): Promise<{ server: number; browser: number }> {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    await session.detach();
    const [, fields] = Deno.readTextFileSync(`/proc/${this.child.pid}/stat`).split(") ");
    const [user, system] = fields.split(" ").slice(11, 13).map(Number);
    return { server: (user + system) * 10, browser: processInfo.reduce((sum, one) => sum + one.cpuTime, 0) * 1000 };
  }

  /** Fails where axe finds a serious problem of accessibility in what is shown. */
  async assertAccessible(): Promise<void> {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(): Promise<
            { violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }
          >;
        };
      };
      const { violations } = await axe.run();
      return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) =>
          `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`
        );
    });
    assert.deepEqual(found, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    this.child.kill("SIGINT");
    await this.child.status;
  }
}
