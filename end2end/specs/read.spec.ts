import { expect, short, test } from "../support/test.ts";

test.describe("reading the board", () => {
  test.beforeEach(({ board }) => board.open());

  test("there is a row for every service and a column for every environment", async ({ board, page }) => {
    for (const name of [/dev/i, /pre/i, /pro/i]) {
      await expect(board.table.getByRole("columnheader", { name })).toBeVisible();
    }
    for (const service of ["cart", "catalogue", "checkout", "inventory", "loyalty", "payments", "reports"]) {
      await expect(board.row(service), service).toBeVisible();
    }
    await expect(page).toHaveTitle(/Relboard/);
  });

  test("a cell says which version runs, who deployed it, and how many pods are ready", async ({ board }) => {
    const cell = board.cell("catalogue", "pro");
    await expect(cell).toContainText(short("c0ffee1"));
    await expect(cell).toContainText("marta");
    await expect(cell).toContainText("2/2");
  });

  test("cells that have the same version say so in words, too", async ({ board }) => {
    const agreement = (service: string, environment: "dev" | "pre" | "pro") => board.cell(service, environment).getByRole("img");
    await expect(agreement("cart", "dev")).toHaveAccessibleName(/same as pre$/i);
    await expect(agreement("cart", "dev")).toHaveText("●●○");
    await expect(agreement("cart", "pro")).toHaveAccessibleName(/in no other environment$/i);
    await expect(agreement("cart", "pro")).toHaveText("○○●");
    await expect(agreement("catalogue", "dev")).toHaveAccessibleName(/same as pre, pro$/i);
  });

  test("what cannot run is failing, with the reason", async ({ board }) => {
    await expect(board.cell("payments", "dev")).toContainText(/failing/i);
    await expect(board.cell("payments", "dev")).toContainText(/ImagePull/);
  });

  test("what is not deployed is a dash", async ({ board }) => {
    await expect(board.cell("loyalty", "pro")).toContainText("not deployed");
  });

  test("what runs but was not recorded so is drifted", async ({ board }) => {
    await expect(board.cell("inventory", "pro")).toContainText(short("1ab0001"));
    await expect(board.cell("inventory", "pro")).toContainText(/drifted/i);
    await expect(board.cell("inventory", "pro")).toContainText(short("1ab0009"));
  });

  test("what is scaled to zero is paused, not failing", async ({ board }) => {
    await expect(board.cell("reports", "dev")).toContainText(/paused/i);
  });

  test("nothing tells of JavaScript that is missing when it is not", { tag: "@hydrated" }, async ({ page }) => {
    await expect(page.locator("noscript").last()).toBeHidden();
  });

  test("the page says that it does not update by itself", { tag: "@static" }, async ({ page }) => {
    // Chromium does not paint it for an emulated lack of JavaScript.
    expect(await page.locator("noscript").last().innerHTML()).toContain("reload it");
    await expect(page.locator(".connection")).toContainText(/As of \d\d:\d\d:\d\d UTC/);
  });
});

test("what is longer than its cell is cut off", async ({ board, page }) => {
  await page.setViewportSize({ width: 1100, height: 900 });
  // Beside the details cells are narrow.
  await board.open("/services/payments/pro");
  await expect(board.details).toBeVisible();
  await expect(page.locator("td .reason").first()).toBeVisible();
  const beyond = await page.evaluate(() =>
    [...document.querySelectorAll("td[role=cell]")].flatMap((cell) =>
      [...cell.querySelectorAll(".line > *")]
        .filter((part) => part.getBoundingClientRect().right > cell.getBoundingClientRect().right)
        .map((part) => part.textContent),
    ),
  );
  expect(beyond).toEqual([]);
});
