import { fileURLToPath } from "node:url";

import { test as base } from "@playwright/test";

import { binary, freePort, Process } from "../support/process.ts";
import { BoardPage, expect } from "../support/test.ts";

const picture = (name: string): string => fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));

const test = base.extend<object, { demo: string }>({
  demo: [
    async ({}, use) => {
      const address = `127.0.0.1:${await freePort()}`;
      const demo = Process.start("relboard demo", binary("relboard"), ["demo", "--listen", address]);
      await demo.says((output) => (output.includes(address) ? true : undefined));
      await use(`http://${address}`);
      await demo.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  baseURL: async ({ demo }, use) => use(demo),
});

/** Opens the board when it has something of everything to show: trouble of each kind, and no cluster away. */
const open = async (board: BoardPage, path: string): Promise<void> => {
  await board.open(path);
  const count = (status: string) => board.page.locator(`td[data-status="${status}"]`).count();
  await expect
    .poll(async () => (await count("rolling")) > 0 && (await count("failing")) > 0 && (await count("drifted")) > 0 && (await count("unknown")) === 0, { timeout: 60_000 })
    .toBe(true);
};

const desktop = { viewport: { width: 1440, height: 1000 }, deviceScaleFactor: 1.5 };

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ ...desktop, colorScheme: theme });
    test("the board", async ({ page }) => {
      // What is in trouble in production comes first.
      await open(new BoardPage(page, true), "/?sort=pro:status");
      await page.screenshot({ path: picture(`board-${theme}`), animations: "disabled" });
    });
  });
}

test.describe("details", () => {
  test.use(desktop);
  test("of what fails", async ({ page }) => {
    const board = new BoardPage(page, true);
    await open(board, "/services/payments/pro?sort=pro:status");
    await expect(board.details).toContainText("ImagePullBackOff");
    await page.screenshot({ path: picture("details"), animations: "disabled" });
  });
});

test.describe("phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  test("the board", async ({ page }) => {
    await open(new BoardPage(page, true), "/?sort=pro:status");
    await page.screenshot({ path: picture("phone"), animations: "disabled" });
  });
});
