import { defineConfig } from "@playwright/test";

import tests from "./playwright.config.ts";

// Measurements, not tests: release binaries, one after the other, and a table at the end (`make bench`).
export default defineConfig({
  ...tests,
  testDir: "bench",
  testMatch: "*.bench.ts",
  workers: 1,
  timeout: 300_000,
  reporter: [["./bench/table.ts"]],
  use: { ...tests.use, trace: "off", screenshot: "off", viewport: { width: 1440, height: 900 } },
  projects: [{ name: "bench" }],
});
