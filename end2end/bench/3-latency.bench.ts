import { service, services, test } from "./fleet.ts";
import { percentile, report } from "./measure.ts";
import { BoardPage } from "../support/test.ts";
import { until } from "../support/process.ts";
import { environments, short } from "../support/world.ts";

const perSecond = 20;
const seconds = 40;

test("from an event at the API server to the changed page", async ({ page, world }) => {
  const board = new BoardPage(page, true);
  await board.open();

  // The page notes when a commit that it was told to look for is first in the document. Clocks are those of one machine.
  await page.evaluate(() => {
    const seen = new Map<string, number>();
    Object.assign(window, { seen });
    const note = (text: string | null) => {
      const now = performance.timeOrigin + performance.now();
      for (const [found] of text?.matchAll(/\bfeed[0-9a-f]{3}\b/g) ?? []) if (!seen.has(found)) seen.set(found, now);
    };
    new MutationObserver((mutations) => {
      for (const { target, addedNodes } of mutations) {
        note(target.nodeType === Node.TEXT_NODE ? target.textContent : null);
        for (const node of addedNodes) note(node.textContent);
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });

  // Only what is on the screen is in the document: every other change is one of a row there, the rest is of all the others.
  const onScreen = await page.evaluate(() => {
    const names = [...document.querySelectorAll("tbody th[scope=row] a")];
    return names.filter((name) => name.getBoundingClientRect().bottom < innerHeight).map((name) => name.textContent ?? "");
  });
  const elsewhere = Array.from({ length: services }, (_, index) => service(index)).filter((name) => !onScreen.includes(name));
  const of = (names: string[], turn: number): string => names[Math.floor(turn / environments.length) % names.length] ?? "";

  const sent = new Map<string, number>();
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = started + (index * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const start = `feed${index.toString(16).padStart(3, "0")}`;
    const environment = environments[Math.floor(index / 2) % environments.length] ?? "dev";
    const visible = index % 2 === 0;
    const name = of(visible ? onScreen : elsewhere, Math.floor(index / 2));
    pending.push(
      world.deploy(environment, name, { commit: start, replicas: 3 }).then((at) => {
        if (visible) sent.set(short(start), at);
      }),
    );
  }
  await Promise.all(pending);
  if (sent.size < 100) throw new Error(`only ${sent.size} changes were of rows on the screen`);
  const seen = async () => new Map(await page.evaluate(() => [...(window as unknown as { seen: Map<string, number> }).seen]));
  const missing = async () => {
    const arrived = await seen();
    return [...sent.keys()].filter((start) => !arrived.has(start));
  };
  await until("every change to arrive", 60, async () => ((await missing()).length === 0 ? true : undefined));

  const arrived = await seen();
  const samples = [...sent].map(([start, at]) => (arrived.get(start) ?? Number.POSITIVE_INFINITY) - at);
  const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  report({
    what: `Event at the API server → DOM changed, ${services} services × ${environments.length} environments, ${perSecond} rollouts started a second`,
    measured: `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    target: "p50 ≤ 60 ms, p99 ≤ 150 ms",
    met: p50 <= 60 && p99 <= 150,
  });
});
