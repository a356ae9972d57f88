import { commitOf, latencies, servicesOnScreen, watch } from "./arrivals.ts";
import { environments, services, test } from "./full.ts";
import { percentile, report } from "./measure.ts";
import { BoardPage } from "../support/test.ts";

const size = `${services} services × ${environments} environments`;
const eventsPerSecond = 200;
const perSecond = 5;
const seconds = 40;

test("from a change at an API server to the page of a large fleet", async ({ page, full }) => {
  const board = new BoardPage(page, true);
  await board.open();
  await watch(page);
  // Only what is on the screen is in the document: the changes that are followed are of rows and columns there.
  const rows = await servicesOnScreen(page);
  const columns = await page.evaluate(() => {
    const headers = [...document.querySelectorAll<HTMLElement>("thead th[data-env]")];
    return headers.filter((header) => header.getBoundingClientRect().right < innerWidth).map((header) => header.dataset.env ?? "");
  });
  const cells = (await full.cells()).flatMap(([service, environment], cell) => (rows.includes(service) && columns.includes(environment) ? [cell] : []));
  await full.events(eventsPerSecond);
  const before = await full.changes();
  const sent = new Map<string, number>();
  const started = performance.now();
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = started + (index * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const cell = cells[index % cells.length];
    if (cell === undefined) throw new Error("no cell of the screen has a workload");
    sent.set(commitOf(index), await full.deploy(cell, commitOf(index).padEnd(40, "0")));
  }
  const rate = ((await full.changes()) - before) / ((performance.now() - started) / 1000);
  const samples = await latencies(page, sent);
  await full.events(0);
  const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  report({
    what: `Change at an API server → DOM changed, ${size}, 50,000 pods, ${rate.toFixed(0)} events a second, ${samples.length} changes followed`,
    measured: `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    target: "p99 ≤ 300 ms",
    met: p99 <= 300,
  });
});
