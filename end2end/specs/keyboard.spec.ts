import { commit, expect, test } from "../support/test.ts";

test.describe("keyboard only", { tag: "@hydrated" }, () => {
  test("slash goes to the search, Escape leaves it", async ({ board, page }) => {
    await board.open();
    await page.keyboard.press("/");
    await expect(board.search).toBeFocused();
    await expect(board.search).toHaveValue("");
    await page.keyboard.type("cart");
    await expect.poll(() => board.services()).toEqual(["cart"]);
    await page.keyboard.press("Escape");
    await expect(board.search).not.toBeFocused();
  });

  test("arrows walk from cell to cell, Enter opens, Escape closes and gives the place back", async ({ board, page }) => {
    await board.open("/?q=cart|catalogue");
    const link = (service: string, environment: "dev" | "pre" | "pro") =>
      board.cell(service, environment).getByRole("link").first();
    await page.keyboard.press("ArrowDown");
    await expect(link("cart", "dev")).toBeFocused();
    await page.keyboard.press("ArrowRight");
    await expect(link("cart", "pre")).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await expect(link("catalogue", "pre")).toBeFocused();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowUp");
    await expect(link("cart", "dev")).toBeFocused();

    await page.keyboard.press("Enter");
    await expect(board.details).toBeVisible();
    await expect(page).toHaveURL(/\/services\/cart\/dev/);
    await page.keyboard.press("Escape");
    await expect(board.details).toHaveCount(0);
    await expect(link("cart", "dev")).toBeFocused();
  });

  test("c copies the full commit", async ({ board, context, page }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await board.open("/?q=catalogue");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("c");
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(commit("c0ffee1"));
  });

  test("t changes the theme, and it is kept", async ({ board, page }) => {
    await board.open();
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.keyboard.press("t");
    await expect.poll(background).not.toBe(light);
    const dark = await background();
    await page.reload();
    await board.alive();
    expect(await background()).toBe(dark);
  });

  test("a question mark shows the keys, Escape hides them", async ({ board, page }) => {
    await board.open();
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard" });
    await expect(help).toBeVisible();
    await expect(help).toContainText("copy the full commit");
    await page.keyboard.press("Escape");
    await expect(help).toBeHidden();
  });

  test("keys that are typed into the search do nothing else", async ({ board, page }) => {
    await board.open();
    await page.keyboard.press("/");
    await page.keyboard.type("ct?");
    await expect(board.search).toHaveValue("ct?");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });
});
