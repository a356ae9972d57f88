import { expect, type CDPSession, type Page } from "@playwright/test";

import { report } from "./measure.ts";
import { service, services, test } from "./fleet.ts";
import { environments, failing } from "../support/world.ts";

/** A day, or less (HOURS=3), in which something changes every ten seconds, and a page is shown for fifteen. */
const hours = Number(process.env.HOURS ?? 24);
const changesAnHour = 360;
const turnsAnHour = 240;

/** What a page holds when everything that can go has gone. */
interface Held {
  heap: number;
  /** Nodes in the document. */
  nodes: number;
  /** Other nodes that the browser keeps, among them those inside its own controls. */
  others: number;
  listeners: number;
  /** Bytes of WebAssembly's memory in pages that were ever used. */
  wasm: number;
}

const held = async (page: Page, session: CDPSession): Promise<Held> => {
  // Twice: what the first finds may hold on to more.
  for (let round = 0; round < 2; round += 1) await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  // The memory begins larger than it needs to be: what counts are the pages that anything was ever written to.
  const wasm = await page.evaluate(() => {
    const bytes = 65_536;
    const { buffer } = (window as unknown as { wasm: WebAssembly.Memory }).wasm;
    const pages = Array.from({ length: buffer.byteLength / bytes }, (_, page) => new Uint32Array(buffer, page * bytes, bytes / 4));
    return pages.filter((page) => page.some((word) => word !== 0)).length * bytes;
  });
  const nodes = await page.evaluate(() => {
    const walker = document.createTreeWalker(document);
    let count = 1;
    while (walker.nextNode()) count += 1;
    return count;
  });
  return { heap: value("JSHeapUsedSize"), nodes, others: value("Nodes") - nodes, listeners: value("JSEventListeners"), wasm };
};

test("a wall in a day", async ({ page, world }) => {
  test.setTimeout(1_200_000);
  await page.addInitScript(() => {
    const { instantiate, instantiateStreaming } = WebAssembly;
    const note = <Result extends WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance>(result: Result): Result => {
      const { exports } = "instance" in result ? result.instance : result;
      Object.assign(window, { wasm: exports.memory });
      return result;
    };
    Object.assign(WebAssembly, {
      instantiate: async (...source: Parameters<typeof instantiate>) => note(await instantiate(...source)),
      instantiateStreaming: async (...source: Parameters<typeof instantiateStreaming>) => note(await instantiateStreaming(...source)),
    });
  });
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto("/?view=wall");
  await expect(page.getByRole("main")).toHaveAttribute("data-state", "live");
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");

  const at: Held[] = [];
  let change = 0;
  for (let hour = 0; hour < hours; hour += 1) {
    for (let turn = 0; turn < turnsAnHour; turn += 1) {
      await page.keyboard.press("ArrowRight");
      const due = Math.round(((turn + 1) * changesAnHour) / turnsAnHour) - Math.round((turn * changesAnHour) / turnsAnHour);
      await Promise.all(
        Array.from({ length: due }, () => {
          const index = change++;
          const environment = environments[index % environments.length] ?? "dev";
          return world.deploy(environment, service((index * 7) % services), { commit: (0x2000000 + index).toString(16), replicas: index % 4 });
        }),
      );
    }
    // What fails at the end of an hour is on every page, and came behind all that happened in it.
    await world.deploy("dev", "marker", { commit: failing.pull, replicas: 1 });
    await expect(page.locator(".chip[data-tone=failing]")).toBeVisible({ timeout: 60_000 });
    await world.deploy("dev", "marker", { commit: "c0ffee1", replicas: 1 });
    await expect(page.locator(".chip[data-tone=failing]")).toHaveCount(0, { timeout: 60_000 });
    at.push(await held(page, session));
  }

  const [first, middle, last] = [at[0], at[Math.floor((at.length - 1) / 2)], at[at.length - 1]];
  if (first === undefined || middle === undefined || last === undefined) throw new Error("nothing was measured");
  const most = (of: keyof Held) => Math.max(...at.map((sample) => sample[of]));
  const what = `Wall, ${hours} h of a change every 10 s (${change}) and a page every 15 s`;
  const megabytes = (bytes: number, digits = 1) => (bytes / 1e6).toFixed(digits);
  report({
    what: `${what}: JavaScript heap after the first hour → the last, at most`,
    measured: `${megabytes(first.heap)} → ${megabytes(last.heap)}, ${megabytes(most("heap"))} MB`,
    target: "≤ 10 % more",
    met: most("heap") <= first.heap * 1.1,
  });
  report({
    what: `${what}: WebAssembly memory that was used`,
    measured: `${megabytes(first.wasm, 2)} → ${megabytes(last.wasm, 2)} MB; after half of them ${megabytes(middle.wasm, 2)}`,
    target: "≤ 10 % more, and none in the second half",
    met: last.wasm <= first.wasm * 1.1 && last.wasm <= middle.wasm,
  });
  report({
    what: `${what}: DOM nodes in the document, listeners`,
    measured: `${first.nodes} → ${last.nodes}, at most ${most("nodes")}; ${first.listeners} → ${last.listeners}`,
    target: "≤ 2,000 nodes, no more listeners",
    met: most("nodes") <= 2000 && most("listeners") <= first.listeners,
  });
  // What was painted between the last collection and the count is not collected yet: the least of the last hours tells.
  const kept = Math.min(...at.slice(-3).map(({ others }) => others));
  report({
    what: `${what}: DOM nodes that are kept beside those`,
    measured: `${first.others} → ${kept}`,
    target: "≤ 200",
    met: kept <= 200,
  });
});
