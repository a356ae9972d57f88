import { Large } from "../support/large.ts";
import { expect, test as base } from "../support/test.ts";

/** A board of more columns than a screen shows. */
const test = base.extend<object, { large: Large }>({
  large: [
    async ({}, use) => {
      const large = await Large.start(40, 12);
      await use(large);
      await large.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ large }, use) => use(large.url),
});

test.describe("a board wider than the screen", { tag: "@hydrated" }, () => {
  test("has the cells of the columns on the screen in the document, and where they are", async ({ board, page }) => {
    await board.open();
    await expect(board.table).toHaveAttribute("aria-colcount", "13");
    const row = board.table.getByRole("row").nth(1);
    const some = async () => {
      await expect.poll(() => row.getByRole("cell").count()).toBeGreaterThan(4);
      expect(await row.getByRole("cell").count()).toBeLessThan(10);
    };
    // What the server wrote has all cells, of which those stay that are needed; what comes later has no others.
    await expect.poll(() => row.getByRole("cell").count()).toBeLessThan(10);
    await some();
    await board.search.fill("no such service");
    await expect(board.table).toHaveAttribute("aria-rowcount", "1");
    await board.search.fill("");
    await some();
    await expect(row.getByRole("cell").first()).toHaveAttribute("aria-colindex", "2");
    await page.locator(".board").evaluate((board) => board.scrollTo(1e6, 0));
    await expect(row.getByRole("cell").last()).toHaveAttribute("aria-colindex", "13");
    await expect(row.getByRole("cell").last()).toBeInViewport();
    // The first ones leave, and are there again for who comes back.
    await expect(row.getByRole("cell").first()).not.toHaveAttribute("aria-colindex", "2");
    await some();
    await page.locator(".board").evaluate((board) => board.scrollTo(0, 0));
    await expect(row.getByRole("cell").first()).toHaveAttribute("aria-colindex", "2");
    await expect(row.getByRole("cell").first()).toBeInViewport();
    await expect(row.getByRole("cell").last()).not.toHaveAttribute("aria-colindex", "13");
    await page.locator(".board").evaluate((board) => board.scrollTo(1e6, 0));
    await expect(row.getByRole("cell").last()).toBeInViewport();
    // Rows differ in what they say, not in their columns: a few of them are enough to be looked at cell by cell.
    const [service] = await board.services();
    await board.search.fill(`service:${service}`);
    await expect.poll(async () => (await board.services()).length).toBeLessThan(4);
    await expect(row.getByRole("cell").last()).toBeInViewport();
    expect(await board.violations()).toEqual([]);
  });

  test("keeps the dots of its environments within their cells", async ({ board, page }) => {
    await board.open();
    const dots = board.table.locator("td .dots");
    await expect(dots.first()).toHaveText(/^[●○]{12}$/);
    for (const size of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(size);
      const outside = await dots.evaluateAll((all) =>
        all.filter((dots) => {
          const [own, cell] = [dots, dots.closest("a")].map((element) => element?.getBoundingClientRect());
          return own && cell && (own.left < cell.left || own.right > cell.right || dots.scrollWidth > dots.clientWidth);
        }).map((dots) => `${dots.closest("td")?.dataset.env}: ${dots.textContent}`),
      );
      expect(outside, `at ${size.width}×${size.height}`).toEqual([]);
    }
  });

  test("is walked by keyboard to its last column and back", async ({ board, page }) => {
    await board.open();
    await board.search.fill("no such service");
    await expect(board.table).toHaveAttribute("aria-rowcount", "1");
    await board.search.fill("");
    await page.keyboard.press("ArrowDown");
    const focused = page.locator("td:focus-within");
    await expect(focused).toHaveAttribute("aria-colindex", "2");
    for (let column = 3; column <= 13; column += 1) {
      await page.keyboard.press("ArrowRight");
      await expect(focused).toHaveAttribute("aria-colindex", String(column));
    }
    await expect(focused).toBeInViewport({ ratio: 0.9 });
    await page.keyboard.press("ArrowRight");
    await expect(focused).toHaveAttribute("aria-colindex", "13");
    for (let column = 12; column >= 2; column -= 1) await page.keyboard.press("ArrowLeft");
    await expect(focused).toHaveAttribute("aria-colindex", "2");
    await expect(focused).toBeInViewport({ ratio: 0.9 });
  });
});
