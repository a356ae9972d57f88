import type { Page } from "@playwright/test";

import { expect, short, test } from "../support/test.ts";
import { failing } from "../support/world.ts";

const rows = (page: Page) => page.locator(".wall-name");
const state = (page: Page) => page.getByRole("main");

test.describe("the wall", () => {
  test.use({ viewport: { width: 1920, height: 1080 } });

  test("shows trouble first, and fits without scrolling", async ({ board, page, world }) => {
    await world.atRest();
    await board.open("/?view=wall");
    const names = await rows(page).allInnerTexts();
    expect(names.slice(0, 2).sort()).toEqual(["inventory", "payments"]);
    const { width, height } = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight }));
    expect([width, height]).toEqual([1920, 1080]);
    await expect(page.locator("a, button, input")).toHaveCount(0);
    await expect(page.locator(".wall")).toHaveCSS("cursor", "none");
  });

  test("without JavaScript pages turn by themselves", { tag: "@static" }, async ({ page }) => {
    await page.goto("/?view=wall&q=-reports");
    await expect(page.locator("noscript meta, meta[http-equiv=refresh]")).toHaveAttribute("content", /^15;url=\/\?q=-reports&view=wall&page=2$/);
  });

  test("a change is shown, and type grows with the room", { tag: "@hydrated" }, async ({ page, world }) => {
    await page.goto("/?view=wall&q=mailer");
    await expect(state(page)).toHaveAttribute("data-state", "live");
    const large = await page.locator("td code").first().evaluate((version) => parseFloat(getComputedStyle(version).fontSize));
    expect(large).toBeGreaterThan(40);
    // A version that no other test deploys.
    await world.deploy("dev", "mailer", { commit: "3a11009" });
    await expect(page.getByRole("cell", { name: new RegExp(short("3a11009")) })).toBeVisible();
    await world.deploy("dev", "mailer", { commit: "3a11001" });
  });

  test("w leads to the wall and back, with the view", { tag: "@hydrated" }, async ({ board, page }) => {
    await board.open("/?q=cart&theme=dark");
    await page.keyboard.press("w");
    await expect(rows(page)).toHaveText(["cart"]);
    await expect(page).toHaveURL(/\/\?q=cart&theme=dark&view=wall$/);
    await expect(state(page)).toHaveAttribute("data-state", "live");
    await page.keyboard.press("w");
    await expect(board.row("cart")).toBeVisible();
    await expect(page).toHaveURL(/\/\?q=cart&theme=dark$/);
  });

  test("a link that is refused is a page that says what to do", async ({ page }) => {
    await page.goto("/screen/nobodys?lang=es&theme=dark");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Este no es el enlace de ninguna pantalla");
    await expect(page.locator("code")).toHaveText("relboard screen create NOMBRE");
    await expect(page.locator("body")).toHaveCSS("background-color", "rgb(16, 17, 19)");
    await page.getByRole("link", { name: "Al tablero" }).click();
    await expect(page).toHaveURL(/\/$/);
    await expect(page.getByRole("searchbox")).toBeVisible();
  });

  test("the screen is kept awake, and asked for again when the page is seen again", { tag: "@hydrated" }, async ({ page }) => {
    await page.addInitScript(() => {
      const asked: string[] = [];
      const request = (kind: string) => {
        asked.push(kind);
        return Promise.resolve({});
      };
      Object.assign(window, { asked });
      Object.defineProperty(navigator, "wakeLock", { value: { request } });
    });
    const asked = () => page.evaluate(() => (window as unknown as { asked: string[] }).asked);
    const turnTo = (seen: "hidden" | "visible") =>
      page.evaluate((seen) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, value: seen });
        Object.defineProperty(document, "hidden", { configurable: true, value: seen === "hidden" });
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      }, seen);
    await page.goto("/?view=wall");
    await expect(state(page)).toHaveAttribute("data-state", "live");
    await expect.poll(asked).toEqual(["screen"]);
    await turnTo("hidden");
    expect(await asked(), "a page that nobody sees is refused").toEqual(["screen"]);
    await turnTo("visible");
    await expect.poll(asked).toEqual(["screen", "screen"]);
  });

  test("a server that went is said, and when it is back the wall goes on", { tag: "@hydrated" }, async ({ board, page, world }) => {
    board.expected.push(/ERR_|Failed to load resource|EventSource/);
    await page.goto("/?view=wall");
    await expect(state(page)).toHaveAttribute("data-state", "live");
    await world.stopServer("SIGKILL");
    await expect(page.getByRole("status")).toContainText("Live updates paused");
    // The clock ticks every ten seconds, from when the wall came alive.
    await expect(page.getByRole("status")).toContainText(/data .* old/, { timeout: 20_000 });
    await expect(rows(page).first()).toBeVisible();
    await world.startServer();
    await expect(state(page)).toHaveAttribute("data-state", "live", { timeout: 30_000 });
  });
});

test.describe("a wall that does not fit", { tag: "@hydrated" }, () => {
  // A low screen has room for few rows.
  test.use({ viewport: { width: 1200, height: 320 } });

  /** Waits until the wall is alive, and shows as many rows as there is room for: the server guesses more, on two pages. */
  const hung = async (page: Page) => {
    await expect(state(page)).toHaveAttribute("data-state", "live");
    await expect(page.locator(".wall-foot")).toContainText(/page 1 of [3-9]/);
  };

  test("turns its pages, shows all services, and keeps no more in the document than it shows", async ({ page, world }) => {
    await world.atRest();
    await page.clock.install();
    await page.goto("/?view=wall");
    await hung(page);
    // From here on only this test lets time pass: nothing else turns a page, however long looking at one takes.
    await page.keyboard.press(" ");
    await page.clock.pauseAt(Date.now() + 10_000);
    await page.keyboard.press(" ");
    const fits = await rows(page).count();
    const seen = new Set<string>();
    const pages = Number(/of (\d+)/.exec(await page.locator(".wall-foot").innerText())?.[1]);
    for (let number = 1; number <= pages; number += 1) {
      await expect(page.locator(".wall-foot")).toContainText(`page ${number} of ${pages}`);
      expect(Math.abs((await rows(page).count()) - fits), "pages are as equal as can be").toBeLessThanOrEqual(1);
      for (const name of await rows(page).allInnerTexts()) seen.add(name);
      await page.clock.runFor(15_100);
    }
    const services = (await world.board()).services.map(({ name }) => name);
    expect([...seen].sort()).toEqual(services.sort());
    await expect(page.locator(".wall-foot")).toContainText(`page 1 of ${pages}`);
  });

  test("shows every service in a round, whatever fails and recovers while pages turn", async ({ page, world }) => {
    await world.atRest();
    const services = (await world.board()).services.map(({ name }) => name);
    await page.goto("/?view=wall");
    await hung(page);
    const foot = page.locator(".wall-foot");
    const number = async () => Number(/page (\d+)/.exec(await foot.innerText())?.[1]);
    const seen = new Set<string>();
    const look = async () => {
      for (const name of await rows(page).allInnerTexts()) seen.add(name);
    };
    const next = async () => {
      await look();
      const before = await number();
      await page.keyboard.press("ArrowRight");
      await expect.poll(number, "the page was turned").not.toBe(before);
    };
    // Pages turn when this test says so.
    await page.keyboard.press(" ");
    const commits = { orders: "0de0001", shipping: "5419001", mailer: "3a11001" };
    // What a rollout changes on a page after it was looked at would count as shown.
    const counts = page.locator(".wall-counts");
    const atRest = (await counts.textContent()) ?? "";
    try {
      await next();
      for (const service of Object.keys(commits)) await world.deploy("dev", service, { commit: failing.pull });
      await expect(counts.locator("[data-tone=failing]"), "as many as fail").toHaveText(/^4 /);
      await next();
    } finally {
      for (const [service, commit] of Object.entries(commits)) await world.deploy("dev", service, { commit });
    }
    await expect(counts).toHaveText(atRest);
    for (let turned = 0; turned < 20 && (await number()) !== 1; turned += 1) await next();
    expect(await number(), "a round ends").toBe(1);
    expect([...seen].sort()).toEqual(services.sort());
  });

  test("arrows turn pages, and the space bar holds one", async ({ page }) => {
    await page.clock.install();
    await page.goto("/?view=wall");
    await hung(page);
    await page.keyboard.press("ArrowRight");
    await expect(page.locator(".wall-foot")).toContainText("page 2 of");
    await page.keyboard.press("ArrowLeft");
    await expect(page.locator(".wall-foot")).toContainText("page 1 of");
    await page.keyboard.press(" ");
    await page.clock.runFor(60_000);
    await expect(page.locator(".wall-foot")).toContainText("page 1 of");
    await page.keyboard.press(" ");
    await page.clock.runFor(15_100);
    await expect(page.locator(".wall-foot")).toContainText("page 2 of");
  });
});

test.describe("a wall that hangs for weeks", { tag: "@hydrated" }, () => {
  const marked = (page: Page) => page.evaluate(() => "mark" in window);
  /** So many minutes; the page does in between what it does between two ticks of its clock. */
  const pass = async (page: Page, minutes: number) => {
    for (let tick = 0; tick < minutes * 6; tick += 1) await page.clock.runFor(10_000);
  };
  const mark = (page: Page) => page.evaluate(() => Object.assign(window, { mark: true }));

  test("loads itself again for another version of the server, not before it is old, and not over and over", async ({ page }) => {
    await page.clock.install();
    // The server's own stream, but with another version in it: as after an update.
    await page.route(/\/api\/v1\/board\/events/, async (route) => {
      await route.fulfill({ contentType: "text/event-stream", body: "retry: 1000\n\nevent: version\ndata: another\n\n" });
    });
    await page.goto("/?view=wall");
    await expect(page.locator("html[data-beat]")).toBeAttached();
    await mark(page);
    await pass(page, 9);
    expect(await marked(page)).toBe(true);
    const loaded = page.waitForEvent("load");
    await pass(page, 2).catch(() => undefined);
    await loaded;
    await expect(page.locator("html[data-beat]")).toBeAttached();
    expect(await marked(page)).toBe(false);
    await mark(page);
    await pass(page, 1);
    expect(await marked(page), "it waits again").toBe(true);
  });

  test("does not leave what it shows for a server that does not answer", async ({ board, page }) => {
    board.expected.push(/ERR_|503|Failed to load resource|EventSource/);
    await page.clock.install();
    await page.route(/\/api\/v1\/board\/events/, (route) =>
      route.fulfill({ contentType: "text/event-stream", body: "retry: 1000\n\nevent: version\ndata: another\n\n" }),
    );
    await page.goto("/?view=wall");
    await expect(page.locator("html[data-beat]")).toBeAttached();
    await mark(page);
    await page.route(/\/\?view=wall$/, (route) => route.fulfill({ status: 503, body: "updating" }));
    await pass(page, 12);
    expect(await marked(page)).toBe(true);
    await expect(rows(page).first()).toBeVisible();
  });

  test("is loaded again when it never began to live", async ({ board, page }) => {
    board.expected.push(/ERR_|Failed to load resource|import|fetch|module/i);
    await page.clock.install();
    let cut = true;
    await page.route(/\/pkg\/.*\.wasm$/, (route) => (cut ? route.abort() : route.continue()));
    await page.goto("/?view=wall");
    await expect(rows(page).first()).toBeVisible();
    cut = false;
    const loaded = page.waitForEvent("load");
    await pass(page, 3).catch(() => undefined);
    await loaded;
    await expect(state(page)).toHaveAttribute("data-state", "live");
  });
});
