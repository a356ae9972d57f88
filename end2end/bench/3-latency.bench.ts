import { service, services, test } from "./fleet.ts";
import { commitOf, latencies, servicesOnScreen, watch } from "./arrivals.ts";
import { percentile, report } from "./measure.ts";
import { BoardPage } from "../support/test.ts";
import { environments, short } from "../support/world.ts";

const perSecond = 20;
const seconds = 40;

test("from an event at the API server to the changed page", async ({ page, world }) => {
  const board = new BoardPage(page, true);
  await board.open();

  await watch(page);
  // Only what is on the screen is in the document: every other change is one of a row there, the rest is of all the others.
  const onScreen = await servicesOnScreen(page);
  const elsewhere = Array.from({ length: services }, (_, index) => service(index)).filter((name) => !onScreen.includes(name));
  const of = (names: string[], turn: number): string => names[Math.floor(turn / environments.length) % names.length] ?? "";

  const sent = new Map<string, number>();
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = started + (index * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const start = commitOf(index);
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
  const samples = await latencies(page, sent);
  const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  report({
    what: `Event at the API server → DOM changed, ${services} services × ${environments.length} environments, ${perSecond} rollouts started a second`,
    measured: `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    target: "p50 ≤ 60 ms, p99 ≤ 150 ms",
    met: p50 <= 60 && p99 <= 150,
  });
});
