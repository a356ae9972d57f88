import { expect, test } from "../support/test.ts";

test("a cell that is pointed at offers to copy its commit, and no other does @hydrated", async ({ board, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await board.open();
  const cells = page.locator("tbody td[data-status=ready]");
  const buttons = page.locator("td > .copy");
  await expect(buttons).toHaveCount(0);
  await cells.nth(0).hover();
  await expect(cells.nth(0).getByRole("button", { name: "Copy the full commit" })).toBeVisible();
  await cells.nth(1).hover();
  await expect(cells.nth(1).getByRole("button", { name: "Copy the full commit" })).toBeVisible();
  await expect(buttons).toHaveCount(1);
  const short = (await cells.nth(1).locator("code").innerText()).trim();
  await buttons.click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(new RegExp(`^${short}[0-9a-f]{33}$`));
  await page.getByRole("searchbox").hover();
  await expect(buttons).toHaveCount(0);
});
