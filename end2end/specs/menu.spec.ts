import { expect, test } from "../support/test.ts";
import type { Page } from "@playwright/test";

/** Opens the menu of the view. */
const menu = async (page: Page) => {
  await page.getByRole("button", { name: "View" }).click();
  const menu = page.getByRole("dialog", { name: "View" });
  await expect(menu).toBeVisible();
  return menu;
};

/** The environments that are columns, in their order. */
const columns = (page: Page) => page.locator("thead th .environment b").allInnerTexts();

test("columns can be hidden, and the colours stay those of all environments", async ({ board, page }, info) => {
  await board.open();
  const hue = await board.cell("cart", "dev").getAttribute("data-hue");
  const opened = await menu(page);
  await opened.getByRole("checkbox", { name: "pre" }).uncheck();
  if (info.project.name === "static") await opened.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/\?env=dev,pro$|\?env=dev&env=pro&sort=name$/);
  await expect.poll(() => columns(page)).toEqual(["DEV", "PRO"]);
  const cells = board.row("cart").getByRole("cell");
  await expect(cells).toHaveCount(2);
  await expect(cells.first()).toHaveAttribute("data-hue", hue ?? "");
  await expect(cells.first().getByRole("img")).toHaveText("●●○");
});

test("a link has the columns in its own order", async ({ board, page }) => {
  await board.open("/?env=pro,moon,dev");
  expect(await columns(page)).toEqual(["PRO", "DEV"]);
  await expect(board.row("loyalty").getByRole("cell").first()).toContainText("not deployed");
  const opened = await menu(page);
  await opened.getByRole("link", { name: "All, in their order" }).click();
  await expect.poll(() => columns(page)).toEqual(["DEV", "PRE", "PRO"]);
});

test("columns change places by keyboard, and the focus stays", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  await page.keyboard.press("v");
  const opened = page.getByRole("dialog", { name: "View" });
  const right = opened.getByRole("link", { name: "dev: move right" });
  await right.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => columns(page)).toEqual(["PRE", "DEV", "PRO"]);
  await expect(right).toBeFocused();
  await page.keyboard.press("Enter");
  await expect.poll(() => columns(page)).toEqual(["PRE", "PRO", "DEV"]);
  await expect(page).toHaveURL(/\?env=pre,pro,dev$/);
  await expect(opened.getByRole("checkbox", { name: "dev" })).toBeFocused();
  await page.keyboard.press("Space");
  await expect.poll(() => columns(page)).toEqual(["PRE", "PRO"]);
  await page.keyboard.press("Escape");
  await expect(opened).toBeHidden();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/services\/[^/]+\/pro\?env=pre,pro$/);
});

test("rows can be sorted where there is no header to click", async ({ board, page }, info) => {
  await board.open("/?q=cart|payments");
  const opened = await menu(page);
  await opened.getByRole("combobox", { name: "Sort" }).selectOption("dev: worst");
  if (info.project.name === "static") await opened.getByRole("button", { name: "Apply" }).click();
  await expect.poll(() => board.services()).toEqual(["payments", "cart"]);
  await expect(page).toHaveURL(/[?&]sort=dev(:|%3A)status/);
});

test("the view is a file", async ({ board, page }) => {
  await board.open("/?q=cart|checkout&sort=-name&env=pro,dev");
  const link = (await menu(page)).getByRole("link", { name: "Download as CSV" });
  const address = await link.getAttribute("href");
  const answer = await page.request.get(address ?? "");
  expect(answer.headers()["content-type"]).toContain("text/csv");
  const lines = (await answer.text()).trim().split("\n").slice(1);
  expect(lines.map((line) => line.split(",", 3).join())).toEqual(["checkout,,pro", "checkout,,dev", "cart,,pro", "cart,,dev"]);
});

test("a view that has a name is a link, and says when it is looked at", async ({ board, page }) => {
  await board.open();
  const view = page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Trouble" });
  await expect(view).not.toHaveAttribute("aria-current");
  await view.click();
  await expect(page).toHaveURL(/\?q=is:failing&sort=-name$/);
  await expect.poll(() => board.services()).toEqual(["payments"]);
  await expect(view).toHaveAttribute("aria-current", "true");
});

test("the details link to other tools", async ({ board }) => {
  await board.open("/services/catalogue/pro");
  await expect(board.details.getByRole("link", { name: "Source" })).toHaveAttribute(
    "href",
    /^https:\/\/git\.example\.com\/catalogue\/commit\/c0ffee1[0-9a-f]{33}$/,
  );
  await expect(board.details.getByRole("link", { name: "Owner" })).toHaveCount(0);
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing in the ${theme} menu and help`, { tag: "@hydrated" }, async ({ board, page }) => {
    await board.open(`/?theme=${theme}&env=pro,dev`);
    await menu(page);
    expect(await board.violations()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keyboard" }).click();
    await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
    expect(await board.violations()).toEqual([]);
  });
}

test.describe("a phone of 360 × 740", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  test("has room for the menu", async ({ board, page }) => {
    await board.open("/?env=pro,dev");
    const opened = await menu(page);
    const box = await opened.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(740);
  });
});
