import { defineConfig, devices } from "@playwright/test";

const ci = Boolean(process.env.CI);

/** Switches that keep Chromium quiet and let it run as root; --no-sandbox is bearable since it sees loopback only. */
const chromiumSwitches = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const desktop = {
  ...devices["Desktop Chrome"],
  channel: undefined,
  viewport: { width: 1440, height: 900 },
  locale: "en-GB",
  timezoneId: "Europe/Madrid",
  colorScheme: "light" as const,
};

// Every spec runs twice: with JavaScript off, as the server renders it, then hydrated. A test that needs JavaScript is
// tagged @hydrated, one that is about its absence @static.
export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  // A worker has a world of its own: simulated clusters, a server and a browser.
  workers: ci ? 1 : 2,
  fullyParallel: false,
  forbidOnly: ci,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: ci ? [["list"]] : [["list"], ["html", { open: "never" }]],
  use: {
    launchOptions: { executablePath: process.env.CHROMIUM || undefined, args: chromiumSwitches },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "static", grepInvert: /@hydrated/, use: { ...desktop, javaScriptEnabled: false } },
    { name: "hydrated", grepInvert: /@static/, use: desktop },
  ],
});
