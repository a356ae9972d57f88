import { expect, test } from "../support/test.ts";

test("rows can be grouped, and headings count what is in trouble", async ({ board, page }) => {
  await board.open("/?group=status&q=cart|payments|reports");
  const headers = board.table.locator("tbody").getByRole("rowheader");
  await expect(headers).toHaveText([/^failing 1$/, "payments", /^paused 1$/, /^reports/, /^ready 1$/, "cart"]);
  await expect(board.table).toHaveAttribute("aria-rowcount", "7");
  await expect(board.row("cart")).toHaveAttribute("aria-rowindex", "7");
  await page.getByRole("button", { name: "View" }).click();
  await page.getByRole("dialog", { name: "View" }).getByRole("link", { name: "nothing" }).click();
  await expect(headers).toHaveText(["cart", "payments", /^reports/]);
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing in ${theme} groups`, async ({ board }) => {
    await board.open(`/?group=status&theme=${theme}&env=pro,dev`);
    expect(await board.violations()).toEqual([]);
  });
}

test.describe("by keyboard", { tag: "@hydrated" }, () => {
  test("g groups by one thing after the other, and arrows pass over headings", async ({ board, page }) => {
    await board.open("/?q=cart|checkout|payments");
    for (const group of ["team", "namespace", "status", "letter"]) {
      await page.keyboard.press("g");
      await expect(page).toHaveURL(new RegExp(`&group=${group}$`));
    }
    await page.keyboard.press("ArrowDown");
    await expect(board.cell("cart", "dev").getByRole("link").first()).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await expect(board.cell("payments", "dev").getByRole("link").first()).toBeFocused();
    await page.keyboard.press("Home");
    await expect(board.cell("cart", "dev").getByRole("link").first()).toBeFocused();
    await page.keyboard.press("g");
    await expect(board.table.locator("tr.heading")).toHaveCount(0);
  });

  test("p pins a service: it comes first, in every group, and stays after a reload", async ({ board, page }) => {
    await page.clock.install();
    await board.open("/?q=cart|checkout|payments");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await expect(board.cell("payments", "dev").getByRole("link").first()).toBeFocused();
    // What was done is said for a moment, which is over when this test says so.
    await page.clock.pauseAt(Date.now() + 10_000);
    await page.keyboard.press("p");
    await expect.poll(() => board.services()).toEqual(["payments", "cart", "checkout"]);
    await expect(board.cell("payments", "dev").getByRole("link").first()).toBeFocused();
    const note = page.getByRole("status").filter({ hasText: "payments comes first now" });
    await expect(note).toBeVisible();
    await page.clock.runFor(2_000);
    await expect(note).toBeHidden();
    await page.clock.resume();
    await page.reload();
    await board.alive();
    await expect.poll(() => board.services()).toEqual(["payments", "cart", "checkout"]);
    await board.open("/?q=cart|checkout|payments&group=letter");
    await expect(board.table.locator("tr.heading").first()).toContainText("1 failing");
    await expect(board.table.locator("tr.heading").first()).toContainText("pinned 1");
    await board.row("payments").getByRole("button", { name: "Pin payments" }).click();
    await expect.poll(() => board.services()).toEqual(["cart", "checkout", "payments"]);
    await expect(board.row("payments").getByRole("button", { name: "Pin payments" })).toHaveAttribute("aria-pressed", "false");
  });
});
