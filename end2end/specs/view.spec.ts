import { expect, test } from "../support/test.ts";

/** How tall a row is. */
const height = (page: import("@playwright/test").Page) =>
  page.evaluate(() => document.querySelector("tbody > tr")?.getBoundingClientRect().height ?? 0);

test("the address says how close the rows are", async ({ board, page }) => {
  await board.open();
  const comfortable = await height(page);
  await board.open("/?density=dense");
  expect(await height(page)).toBeLessThan(comfortable * 0.6);
  await expect(board.cell("cart", "dev").getByText("ignas")).toBeHidden();
  await page.getByRole("button", { name: "View" }).click();
  await page.getByRole("dialog", { name: "View" }).getByRole("link", { name: "comfortable" }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect.poll(() => height(page)).toBe(comfortable);
});

test("d brings the rows closer together", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  const comfortable = await height(page);
  await page.keyboard.press("d");
  await expect.poll(() => height(page)).toBeLessThan(comfortable);
  await expect(page).toHaveURL(/\?density=compact$/);
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await expect.poll(() => height(page)).toBe(comfortable);
  await expect(page).toHaveURL(/\/$/);
});

for (const density of ["compact", "dense"]) {
  test(`axe finds nothing in ${density} rows`, async ({ board }) => {
    await board.open(`/?density=${density}`);
    expect(await board.violations()).toEqual([]);
  });
}

test("a count above a column shows what it counts, and leads back", async ({ board, page }) => {
  await board.open();
  const header = board.table.getByRole("columnheader", { name: /dev/i });
  await header.getByRole("link", { name: "1 failing" }).click();
  await expect.poll(() => board.services()).toEqual(["payments"]);
  await expect(page).toHaveURL(/\?q=env:dev%20is:failing$/);
  await header.getByRole("link", { name: "1 failing" }).click();
  await expect(board.row("cart")).toBeVisible();
});

test("title and icon tell what fails of what is shown", async ({ board, page }) => {
  const icon = page.locator("link[rel=icon]");
  await board.open("/?q=payments");
  await expect(page).toHaveTitle("(1) Relboard");
  await expect(icon).toHaveAttribute("href", "/icon-failing.svg");
  expect((await page.request.get("/icon-failing.svg")).headers()["content-type"]).toBe("image/svg+xml");
  await board.open("/?q=catalogue");
  await expect(page).toHaveTitle("Relboard");
  await expect(icon).toHaveAttribute("href", "/icon.svg");
});

test("title and icon follow the search", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  await expect(page).toHaveTitle(/^\(\d\) Relboard$/);
  await board.search.fill("catalogue");
  await expect(page).toHaveTitle("Relboard");
  await expect(page.locator("link[rel=icon]")).toHaveAttribute("href", "/icon.svg");
});
