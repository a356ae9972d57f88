import { get } from "node:http";

import { percentile, processorSeconds, report, residentMegabytes } from "./measure.ts";
import { replicas, services, test } from "./fleet.ts";
import { environments } from "../support/world.ts";

const fleet = `${environments.length} clusters × ${services * replicas} pods`;

test("memory and processor of a server at rest", async ({ world }) => {
  const pid = world.serverPid;
  const seconds = 30;
  const before = processorSeconds(pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const share = ((processorSeconds(pid) - before) / seconds) * 100;
  const memory = residentMegabytes(pid);
  report({ what: `Server memory (RSS), ${fleet}`, measured: `${memory.toFixed(0)} MB`, target: "≤ 60 MB", met: memory <= 60 });
  report({ what: `Idle processor time over ${seconds} s, ${fleet}`, measured: `${share.toFixed(1)} % of a core`, target: "≤ 1 %", met: share <= 1 });
});

test("the page as served", async ({ world }) => {
  for (const encoding of ["br", "gzip"]) {
    const samples: number[] = [];
    let bytes = 0;
    for (let round = 0; round < 220; round += 1) {
      const started = performance.now();
      bytes = await bytesOf(world.url, encoding);
      // The first ones warm caches and connections up.
      if (round >= 20) samples.push(performance.now() - started);
    }
    const median = percentile(samples, 0.5);
    report({
      what: `\`GET /\`, ${services} services × ${environments.length} environments, ${encoding} (${(bytes / 1000).toFixed(0)} kB)`,
      measured: `p50 ${median.toFixed(1)} ms, p99 ${percentile(samples, 0.99).toFixed(1)} ms`,
      target: "p50 ≤ 15 ms",
      met: median <= 15,
    });
  }
});

/** Reads a page to its end as it comes over the wire, without decompressing it; answers its size. */
const bytesOf = (url: string, encoding: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": encoding } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => (bytes += chunk.length));
      answer.on("end", () => (answer.statusCode === 200 ? resolve(bytes) : reject(new Error(`status ${answer.statusCode}`))));
    }).on("error", reject);
  });
