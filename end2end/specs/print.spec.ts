import { expect, test } from "../support/test.ts";

test("paper has the rows and no controls, and trouble needs no colour", async ({ board, page }) => {
  await board.open("/?q=payments|cart&theme=dark");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "View" })).toBeHidden();
  await expect(page.getByRole("link", { name: "es", exact: true })).toBeHidden();
  await expect(board.search).toBeVisible();
  await expect(board.table.locator("thead")).toHaveCSS("display", "table-header-group");
  const failing = board.cell("payments", "dev").getByRole("link").first();
  await expect(failing).toHaveCSS("color", "rgb(0, 0, 0)");
  await expect(failing).toHaveCSS("background-color", "rgba(0, 0, 0, 0)");
  await expect(failing).toHaveCSS("border-top-width", "3px");
  await expect(failing.getByText("failing")).toHaveCSS("text-transform", "uppercase");
  await expect(page.locator("body")).toHaveCSS("color-scheme", "light");
});
