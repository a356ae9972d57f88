import { expect, test } from "../support/test.ts";

test("a query in the address filters the rows", async ({ board }) => {
  await board.open("/?q=cart");
  await expect(board.row("cart")).toBeVisible();
  await expect(board.row("checkout")).toBeHidden();
  await expect(board.search).toHaveValue("cart");
});

test("qualifiers narrow it down, and a minus negates", async ({ board }) => {
  await board.open(`/?q=${encodeURIComponent("is:failing")}`);
  expect(await board.services()).toEqual(["payments"]);
  await board.open(`/?q=${encodeURIComponent("service:cart|catalogue|checkout|loyalty agree:dev,pre -agree:dev,pro")}`);
  expect(await board.services()).toEqual(["cart", "loyalty"]);
});

test("typing into the box searches", async ({ board, page }) => {
  await board.open();
  await board.search.fill("by:ignas");
  await board.search.press("Enter");
  await expect(board.row("catalogue")).toBeHidden();
  await expect(board.row("cart")).toBeVisible();
  await expect(page).toHaveURL(/[?&]q=by(:|%3A)ignas/);
});

test("rows follow the typing, and the address too", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  await board.search.pressSequentially("loyal");
  await expect.poll(() => board.services()).toEqual(["loyalty"]);
  await expect(page).toHaveURL(/[?&]q=loyal$/);
  await page.reload();
  await board.alive();
  await expect.poll(() => board.services()).toEqual(["loyalty"]);
});

test("a link that is followed right after typing leads on from what was typed", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  const sort = board.table.getByRole("link", { name: "Service", exact: true });
  for (const follow of [() => sort.click(), () => sort.press("Enter")]) {
    await board.search.fill("");
    await board.search.pressSequentially("cart");
    await follow();
    await expect(page).toHaveURL(/[?&]q=cart(&|$)/);
    await expect(page).toHaveURL(/[?&]sort=/);
    await expect.poll(() => board.services()).toEqual(["cart"]);
    await page.goBack();
  }
});

test("a query that cannot be read says where, and hides nothing", async ({ board, page }) => {
  await board.open(`/?q=${encodeURIComponent("statsu:failing")}`);
  await expect(board.search).toHaveAccessibleDescription(/cannot be read.*statsu/i);
  await expect(page.locator("mark")).toHaveText(/statsu/);
  await expect(board.row("cart")).toBeVisible();
  await expect(board.row("payments")).toBeVisible();
});

test("nothing found says so, and offers the way back", async ({ board, page }) => {
  await board.open("/?q=no-such-service");
  await expect(page.getByText("No service matches")).toBeVisible();
  await page.getByRole("link", { name: /clear/i }).first().click();
  await expect(board.row("cart")).toBeVisible();
});
