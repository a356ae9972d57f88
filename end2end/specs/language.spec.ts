import { expect, test } from "../support/test.ts";

test.describe("a browser that prefers Spanish", () => {
  test.use({ locale: "es-ES" });

  test("is served Spanish", async ({ board, page }) => {
    await board.open();
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    await expect(page.getByRole("searchbox", { name: "Buscar" })).toBeVisible();
    await expect(board.table.getByRole("columnheader", { name: "Servicio" })).toBeVisible();
    await expect(board.row("cart")).toBeVisible();
  });

  test("may ask for English", async ({ board, page }) => {
    await board.open("/?lang=en");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page.getByRole("searchbox", { name: "Search" })).toBeVisible();
  });
});

test("Spanish can be asked for, and its details are Spanish, too", async ({ board, page }) => {
  await board.open("/services/payments/dev?lang=es");
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(board.details).toBeVisible();
  await expect(board.details.getByRole("link", { name: /cerrar/i })).toBeVisible();
});
