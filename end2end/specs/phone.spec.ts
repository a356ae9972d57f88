import { expect, test } from "../support/test.ts";

for (const [width, height] of [[390, 844], [360, 740]] as const) {
  test.describe(`a phone of ${width} × ${height}`, () => {
    test.use({ viewport: { width, height }, hasTouch: true, isMobile: true });

    for (const path of ["/", "/?q=cart", "/services/payments/dev"]) {
      test(`nothing scrolls sideways on ${path}`, async ({ board, page }) => {
        await board.open(path);
        await expect(path.startsWith("/services") ? board.details : board.row("cart")).toBeVisible();
        // What sticks out wins space only when the document itself grows.
        const widest = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(widest).toBeLessThanOrEqual(width);
      });
    }

    test("axe finds nothing", async ({ board }) => {
      await board.open();
      expect(await board.violations()).toEqual([]);
    });
  });
}
