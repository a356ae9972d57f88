import { commit, expect, test } from "../support/test.ts";

test("a cell opens its details beside the table, with an address of their own", async ({ board, page }) => {
  await board.open();
  await board.cell("catalogue", "pro").getByRole("link").first().click();
  await expect(page).toHaveURL(/\/services\/catalogue\/pro$/);
  await expect(board.details).toContainText(commit("c0ffee1"));
  await expect(board.details).toContainText("marta");
  await expect(board.details.getByRole("heading", { name: /catalogue/ }).first()).toBeVisible();
  await expect(board.table).toBeVisible();
});

test("the address of details opens them", async ({ board }) => {
  await board.open("/services/payments/dev");
  await expect(board.details).toContainText(/ImagePull/);
  await expect(board.details).toContainText("registry.example/shop/payments");
});

test("closing them leads back to the board, the query kept", async ({ board, page }) => {
  await board.open("/services/cart/dev?q=cart");
  await board.details.getByRole("link", { name: /close/i }).click();
  await expect(board.details).toHaveCount(0);
  await expect(page).toHaveURL(/\/\?q=cart$/);
  await expect(board.row("checkout")).toBeHidden();
});

test("details of what does not exist say so", async ({ page, board }) => {
  board.expected.push(/404/);
  await page.goto("/services/no-such-service/pro");
  await expect(page.getByText("There is no such service in this environment.")).toBeVisible();
});
