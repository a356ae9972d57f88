import { BoardPage, expect, test as base } from "../support/test.ts";
import { World } from "../support/world.ts";

const services = 520;
const name = (index: number): string => `service-${String(index).padStart(3, "0")}`;

/** A board that no screen shows as a whole. */
const test = base.extend<object, { world: World }>({
  world: [
    async ({}, use) => {
      const world = await World.start("empty");
      await world.populateFleet(services);
      await use(world);
      await world.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

/** How many rows are in the document. */
const rows = (board: BoardPage) => board.table.getByRole("rowheader").count();
const scrollToEnd = (board: BoardPage) =>
  board.page.evaluate(() => {
    document.querySelector(".board")?.scrollTo(0, 1e9);
    window.scrollTo(0, 1e9);
  });

test.describe("a board larger than the screen", { tag: "@hydrated" }, () => {
  test("has the rows of the screen in the document, and the height of all", async ({ board, page }) => {
    await board.open();
    await expect.poll(() => rows(board)).toBeLessThan(60);
    await expect(board.table).toHaveAttribute("aria-rowcount", String(services + 1));
    await expect(page.getByText(`${services} services`, { exact: true })).toBeVisible();
    const [height, row] = await page.evaluate(() => {
      const height = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().height ?? 0;
      return [height("table") - height("thead"), height("tbody > tr")];
    });
    expect(height).toBe(services * (row ?? 0));
    await expect(page.getByRole("navigation", { name: "Rows" })).toHaveCount(0);
  });

  test("scrolls to its last row and back", async ({ board }) => {
    await board.open();
    await scrollToEnd(board);
    await expect(board.row(name(services - 1))).toBeInViewport({ ratio: 0.9 });
    await expect(board.row(name(services - 1))).toHaveAttribute("aria-rowindex", String(services + 1));
    expect(await rows(board)).toBeLessThan(60);
    await board.page.evaluate(() => document.querySelector(".board")?.scrollTo(0, 51 * 250));
    await expect(board.row(name(252))).toBeInViewport();
    await board.page.evaluate(() => document.querySelector(".board")?.scrollTo(0, 0));
    await expect(board.row(name(0))).toBeInViewport({ ratio: 0.9 });
  });

  test("is walked by keyboard from the first row to the last", async ({ board, page }) => {
    await board.open();
    const link = (index: number) => board.cell(name(index), "dev").getByRole("link").first();
    await page.keyboard.press("ArrowDown");
    await expect(link(0)).toBeFocused();
    for (let index = 1; index <= 40; index += 1) await page.keyboard.press("j");
    await expect(link(40)).toBeFocused();
    await expect(link(40)).toBeInViewport();
    await page.keyboard.press("End");
    await expect(link(services - 1)).toBeFocused();
    await expect(link(services - 1)).toBeInViewport();
    await page.keyboard.press("ArrowDown");
    await expect(link(services - 1)).toBeFocused();
    await page.keyboard.press("k");
    await expect(link(services - 2)).toBeFocused();
    await page.keyboard.press("Home");
    await expect(link(0)).toBeFocused();
    await expect(link(0)).toBeInViewport();
  });

  test("gives the focus back to a cell that was scrolled away", async ({ board, page }) => {
    await board.open();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await scrollToEnd(board);
    await expect(board.row(name(1))).toHaveCount(0);
    await expect(page.getByRole("region", { name: "Board" })).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await expect(board.cell(name(1), "dev").getByRole("link").first()).toBeFocused();
    await expect(board.row(name(1))).toBeInViewport();
  });

  test("shows what a search finds from its first row, wherever it was scrolled to", async ({ board }) => {
    await board.open();
    await scrollToEnd(board);
    await board.search.fill("service-1");
    await expect(board.row(name(100))).toBeInViewport({ ratio: 0.9 });
    await expect(board.table).toHaveAttribute("aria-rowcount", "101");
    await board.search.fill("service-017");
    await expect.poll(() => board.services()).toEqual([name(17)]);
    await board.search.fill("");
    await expect(board.row(name(0))).toBeInViewport({ ratio: 0.9 });
    await expect(board.table).toHaveAttribute("aria-rowcount", String(services + 1));
  });

  test("shows the row whose details an address opens, and the one that going back opens", async ({ board, page }) => {
    await board.open(`/services/${name(150)}/dev`);
    await expect(board.row(name(150))).toBeInViewport({ ratio: 0.9 });
    await expect(board.row(name(150))).toHaveAttribute("data-selected", "1");
    expect(await rows(board)).toBeLessThan(60);
    await scrollToEnd(board);
    await board.cell(name(500), "dev").getByRole("link").first().click();
    await expect(page).toHaveURL(/service-500\/dev$/);
    await expect(board.row(name(500))).toBeInViewport();
    await page.goBack();
    await expect(board.row(name(150))).toBeInViewport({ ratio: 0.9 });
    await page.goForward();
    await expect(board.row(name(500))).toBeInViewport({ ratio: 0.9 });
  });

  test("follows changes of rows that were not in the document", async ({ board, world }) => {
    await board.open();
    await world.deploy("dev", name(400), { commit: "feed400", replicas: 1 });
    await scrollToEnd(board);
    await board.page.evaluate(() => document.querySelector(".board")?.scrollTo(0, 51 * 395));
    await expect(board.cell(name(400), "dev")).toContainText("feed400");
  });

  test("says nothing wrong before the rest of it is here", async ({ board, page }) => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/board.ndjson", async (route) => {
      await released;
      await route.continue();
    });
    await page.goto("/");
    await expect(board.table).toHaveAttribute("aria-busy", "true");
    await expect.poll(() => rows(board)).toBeLessThan(60);
    await expect(board.table).toHaveAttribute("aria-rowcount", String(services + 1));
    await expect(page.getByText(`${services} services`, { exact: true })).toBeVisible();
    await expect(board.connection).toHaveAttribute("data-state", "rendered");
    await scrollToEnd(board);
    await board.search.fill("service-4");
    // What cannot be answered yet is not answered wrongly.
    await expect(page.getByText("No service matches")).toHaveCount(0);
    await expect(board.table).toHaveAttribute("aria-rowcount", String(services + 1));
    release();
    await board.alive();
    await expect(board.table).toHaveAttribute("aria-rowcount", "101");
    await expect(board.table).not.toHaveAttribute("aria-busy");
    await expect(board.row(name(400))).toBeInViewport({ ratio: 0.9 });
  });

  test("is loaded again when the server was restarted", async ({ board, world }) => {
    board.expected.push(/ERR_|Failed to load resource|EventSource/);
    await board.open();
    await world.stopServer("SIGKILL");
    await world.deploy("dev", name(3), { commit: "aee0003", replicas: 0 });
    await world.startServer();
    await expect(board.cell(name(3), "dev")).toContainText("aee0003", { timeout: 30_000 });
    await expect(board.table).toHaveAttribute("aria-rowcount", String(services + 1));
  });

  test("is printed as a whole", async ({ board, page }) => {
    await board.open();
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await expect.poll(() => rows(board)).toBe(services);
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    await expect.poll(() => rows(board)).toBeLessThan(60);
  });

  test("an address of a page of rows leads there, and is forgotten", async ({ board, page }) => {
    await board.open("/?page=3");
    await expect(board.row(name(205))).toBeInViewport();
    await expect(page).toHaveURL(/\/$/);
    expect(await rows(board)).toBeLessThan(60);
  });

  test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

    test("cards of different heights are all reached", async ({ board, page }) => {
      await board.open();
      await expect.poll(() => rows(board)).toBeLessThan(60);
      // The first end is a guess, since cards that were never seen were not measured.
      await expect(async () => {
        await scrollToEnd(board);
        await expect(board.row(name(services - 1))).toBeInViewport({ ratio: 0.9, timeout: 500 });
      }).toPass();
      expect(await rows(board)).toBeLessThan(60);
      await page.evaluate(() => window.scrollTo(0, 0));
      await expect(board.row(name(0))).toBeInViewport({ ratio: 0.9 });
    });

    test("scrolling leaves no gap between the cards", async ({ board, page }) => {
      await board.open();
      for (let step = 0; step < 25; step += 1) {
        await page.mouse.wheel(0, 700);
        await expect
          .poll(() =>
            page.evaluate(() => {
              const at = (y: number) => document.elementFromPoint(innerWidth / 2, y)?.closest("tbody > tr") !== null;
              return at(300) && at(600);
            }),
          )
          .toBe(true);
      }
    });

    test("the address of details shows the card once they are closed", async ({ board }) => {
      await board.open(`/services/${name(150)}/dev`);
      await board.details.getByRole("link", { name: /close/i }).click();
      await expect(board.row(name(150))).toBeInViewport({ ratio: 0.9 });
    });
  });
});

test.describe("a board larger than a page, without JavaScript", { tag: "@static" }, () => {
  test("is read page by page", async ({ board, page }) => {
    await board.open("/?sort=-name");
    expect(await rows(board)).toBe(100);
    const pages = page.getByRole("navigation", { name: "Rows" });
    await expect(pages.getByRole("link", { name: "1–100" })).toHaveAttribute("aria-current", "page");
    await pages.getByRole("link", { name: "501–520" }).click();
    await expect(page).toHaveURL(/\?sort=-name&page=6$/);
    await expect(board.row(name(0))).toBeVisible();
    expect(await rows(board)).toBe(20);
  });

  test("is searched as a whole", async ({ board }) => {
    await board.open("/?q=service-519");
    await expect(board.row(name(519))).toBeVisible();
    expect(await rows(board)).toBe(1);
  });

  test("shows the page of the service whose details an address opens", async ({ board }) => {
    await board.open(`/services/${name(150)}/dev`);
    await expect(board.row(name(150))).toHaveCount(1);
    await expect(board.details).toBeVisible();
  });
});
