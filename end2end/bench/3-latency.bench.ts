import { service, services, test } from "./fleet.ts";
import { percentile, report } from "./measure.ts";
import { BoardPage } from "../support/test.ts";
import { until } from "../support/process.ts";
import { environments, short } from "../support/world.ts";

const perSecond = 20;
const seconds = 30;

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

  const sent = new Map<string, number>();
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = started + (index * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const start = `feed${index.toString(16).padStart(3, "0")}`;
    const environment = environments[index % environments.length] ?? "dev";
    pending.push(
      world.deploy(environment, service(Math.floor(index / environments.length) % services), { commit: start, replicas: 3 }).then((at) => {
        sent.set(short(start), at);
      }),
    );
  }
  await Promise.all(pending);
  const seen = async () => new Map(await page.evaluate(() => [...(window as unknown as { seen: Map<string, number> }).seen]));
  await until("every change to arrive", 60, async () => ((await seen()).size >= sent.size ? true : undefined));

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
