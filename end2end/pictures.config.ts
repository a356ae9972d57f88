import { defineConfig } from "@playwright/test";

import tests from "./playwright.config.ts";

// Takes the pictures of the README from the demo (`make pictures`).
export default defineConfig({
  ...tests,
  testDir: "pictures",
  testMatch: "*.pictures.ts",
  workers: 1,
  timeout: 120_000,
  reporter: [["list"]],
  use: { ...tests.use, trace: "off", screenshot: "off" },
  projects: [{ name: "pictures" }],
});
