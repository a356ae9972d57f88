import { services, test } from "./fleet.ts";
import { type } from "./keystrokes.ts";
import { percentile, report } from "./measure.ts";
import { BoardPage } from "../support/test.ts";

// Without waiting for a display that is not there: a frame is painted as soon as there is something to paint.
test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, args: [...(launchOptions.args ?? []), "--disable-frame-rate-limit", "--disable-gpu-vsync"] }),
});

test("code over the wire", async ({ page }) => {
  const board = new BoardPage(page, true);
  await board.open();
  const bytes = await page.evaluate(() => {
    // A preloaded file may be listed twice, for the preload and for its use.
    const sizes = new Map<string, number>();
    for (const entry of performance.getEntriesByType("resource") as PerformanceResourceTiming[]) {
      if (/\.(js|wasm)$/.test(new URL(entry.name).pathname)) {
        sizes.set(entry.name, Math.max(sizes.get(entry.name) ?? 0, entry.encodedBodySize));
      }
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  });
  report({ what: "JavaScript and WebAssembly over the wire", measured: `${(bytes / 1000).toFixed(0)} kB`, target: "≤ 300 kB", met: bytes <= 300_000 });
});

test("from a keystroke to painted rows", async ({ page }) => {
  const board = new BoardPage(page, true);
  await board.open();
  const searches = Array.from({ length: 12 }, (_, round) => ({ text: `service-0${round % 10}`, found: 10 }));
  const samples = await type(board, services, searches);
  const p95 = percentile(samples, 0.95);
  report({
    what: `Search keystroke → painted rows, ${services} services, ${samples.length} keystrokes`,
    measured: `p50 ${percentile(samples, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    target: "p95 ≤ 16 ms",
    met: p95 <= 16,
  });
});
