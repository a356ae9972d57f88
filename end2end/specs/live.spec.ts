import { commit, expect, short, test } from "../support/test.ts";

test.describe("live updates", { tag: "@hydrated" }, () => {
  test("a rollout reaches its cell without a reload", async ({ board, page, world }) => {
    await board.open();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    const cell = board.cell("orders", "dev");
    await expect(cell).toContainText(short("0de0001"));

    await world.deploy("dev", "orders", { commit: "0de0002" });
    await expect(cell).toContainText(short("0de0002"));
    await expect(cell).not.toContainText(short("0de0001"));
    await expect(cell).toContainText("2/2");
    await expect(board.cell("orders", "pre").getByRole("img")).toHaveAccessibleName(/same as pro$/i);
    expect(await page.evaluate(() => "sameDocument" in window), "the page was not reloaded").toBe(true);
  });

  test("a cell that changes glows, and keeps its element and the focus", async ({ board, page, world }) => {
    await board.open();
    const cell = board.cell("orders", "pro");
    const link = cell.getByRole("link").first();
    await link.focus();
    const same = await link.elementHandle();
    await expect(cell).not.toHaveAttribute("data-glow");
    await world.deploy("pro", "orders", { commit: "0de0003" });
    await expect(cell).toContainText(short("0de0003"));
    await expect(cell).toHaveAttribute("data-glow", /odd|even/);
    await expect(cell).toContainText("2/2");
    await expect(link).toBeFocused();
    expect(await link.evaluate((link, same) => link === same, same)).toBe(true);
    await expect(board.cell("cart", "pro")).not.toHaveAttribute("data-glow");
    await page.keyboard.press("ArrowLeft");
    await expect(board.cell("orders", "pre").getByRole("link").first()).toBeFocused();
  });

  test("a record reaches its cell", async ({ board, world }) => {
    await board.open();
    await world.record({
      service: "shipping",
      environment: "pre",
      commit: commit("5419001"),
      by: "gauxachs",
      at: new Date().toISOString(),
    });
    await expect(board.cell("shipping", "pre")).toContainText("gauxachs");
  });

  test("a service that appears becomes a row, and a search sees it", async ({ board, world }) => {
    await board.open("/?q=newcomer");
    await expect(board.row("newcomer")).toBeHidden();
    await world.deploy("pre", "newcomer", { commit: "aee0001" });
    await expect(board.cell("newcomer", "pre")).toContainText(short("aee0001"));
    await expect(board.cell("newcomer", "pro")).toContainText("not deployed");
  });

  test("open details follow, too, and what has the focus keeps it while it is there", async ({ board, page, world }) => {
    await board.open("/services/mailer/pro");
    await expect(board.details).toContainText(commit("3a11001"));
    const close = board.details.getByRole("link", { name: /close/i });
    await close.focus();
    await world.deploy("pro", "mailer", { commit: "3a11002" });
    await expect(board.details).toContainText(commit("3a11002"));
    await expect(close).toBeFocused();
    // A link to a neighbour leads away from itself.
    const neighbour = board.details.getByRole("link", { name: /pre/ }).first();
    await neighbour.focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/services\/mailer\/pre$/);
    await expect(page.locator(".details:focus, .details :focus")).toBeVisible();
  });

  test("a cluster that goes away is said to be away, and the others stay", async ({ board, world }) => {
    await board.open();
    await world.reachable("pro", false);
    try {
      const header = board.table.getByRole("columnheader", { name: /pro/i });
      await expect(header).toContainText(/unreachable/i, { timeout: 30_000 });
      await expect(board.cell("cart", "pro")).toContainText(/unknown/i);
      await expect(board.cell("cart", "pro")).toContainText(short("ca27000"));
      await expect(board.cell("cart", "dev")).not.toContainText(/unknown/i);
    } finally {
      await world.reachable("pro", true);
    }
    await expect(board.table.getByRole("columnheader", { name: /pro/i })).toContainText(/live/i, { timeout: 30_000 });
    await expect(board.cell("cart", "pro")).not.toContainText(/unknown/i);
  });
});
