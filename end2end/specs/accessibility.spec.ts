import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";
import { World } from "../support/world.ts";

const themes = ["light", "dark"] as const;
const languages = ["en", "es"] as const;

/** What is looked at, and where it is. */
const states = {
  "the board": "/?",
  "details": "/services/payments/dev?",
  "a service without details": "/services/payments/nowhere?",
  "nothing that matches": "/?q=no-such-service&",
  "a query that cannot be read": "/?q=statsu:failing&",
  "the wall": "/?view=wall&",
  "a wall with nothing on it": "/?view=wall&q=no-such-service&",
};

for (const theme of themes) {
  for (const [state, path] of Object.entries(states)) {
    test(`axe finds nothing in ${theme} on ${state}`, async ({ board, page }) => {
      // A page that leads nowhere is 404, and says so.
      board.expected.push(/404/);
      for (const lang of languages) {
        await page.goto(`${path}theme=${theme}&lang=${lang}`);
        await board.ready();
        expect(await board.violations(), lang).toEqual([]);
      }
    });
  }

  test(`axe finds nothing in ${theme} on the help`, { tag: "@hydrated" }, async ({ board, page }) => {
    for (const lang of languages) {
      await board.open(`/?theme=${theme}&lang=${lang}`);
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await board.violations(), lang).toEqual([]);
    }
  });

  test(`axe finds nothing in ${theme} on a screen link that is refused`, { tag: "@hydrated" }, async ({ board, page }) => {
    board.expected.push(/Failed to load resource/);
    for (const lang of languages) {
      await page.goto(`/screen/nobodys?theme=${theme}&lang=${lang}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await board.violations(), lang).toEqual([]);
    }
  });

  test(`axe finds nothing in ${theme} when the server is gone`, { tag: "@hydrated" }, async ({ board, page, world }) => {
    board.expected.push(/ERR_|Failed to load resource|EventSource/);
    try {
      for (const path of ["/?", "/?view=wall&"]) {
        await board.open(`${path}theme=${theme}`);
        await world.stopServer("SIGKILL");
        await expect(page.locator("[data-state=paused]:is(.connection, .wall)")).toBeVisible();
        expect(await board.violations(), path).toEqual([]);
        await world.startServer();
      }
    } finally {
      if (!world.runs) await world.startServer();
    }
  });
}

test.describe("the accessibility tree", () => {
  const dots = "ready, same as pre, pro";

  test("of a row: what a cell says is said in words", async ({ board }) => {
    await board.open("/?q=catalogue|payments");
    await expect(board.table).toMatchAriaSnapshot(`
      - table "What is deployed where":
        - caption: What is deployed where
        - rowgroup:
          - row:
            - columnheader /Service/
            - columnheader /dev/
            - columnheader /pre/
            - columnheader /pro/
    `);
    await expect(board.row("catalogue")).toMatchAriaSnapshot(`
      - row /catalogue/:
        - rowheader /catalogue/:
          - link "catalogue"
        - cell /c0ffee1/:
          - link /c0ffee1/:
            - code: c0ffee1
            - img "${dots}"
        - cell /c0ffee1/
        - cell /marta/
    `);
    await expect(board.row("payments")).toMatchAriaSnapshot(`
      - row /payments/:
        - rowheader /payments/
        - cell /failing/:
          - link /failing/
        - cell /ready/
        - cell /ready/
    `);
  });

  test("of the details", async ({ board }) => {
    await board.open("/services/payments/dev");
    await expect(board.details).toMatchAriaSnapshot(`
      - complementary "Details":
        - heading "payments" [level=2]
        - link "Close the details"
        - paragraph: dev failing
        - paragraph: /ImagePullBackOff/
        - term: Wanted
        - definition:
          - button "Copy the full commit"
        - heading "Other environments" [level=3]
        - table:
          - rowgroup:
            - row /pre/:
              - rowheader "pre"
              - cell "other version"
              - cell "ready"
    `);
  });

  test("of nothing that matches: what to do is a link", async ({ page, board }) => {
    await board.open("/?q=no-such-service");
    await expect(page.getByRole("region", { name: "Board" })).toMatchAriaSnapshot(`
      - heading "No service matches" [level=2]
      - paragraph
      - link "Clear the search"
    `);
  });

  test("of the help", { tag: "@hydrated" }, async ({ page, board }) => {
    await board.open();
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog")).toMatchAriaSnapshot(`
      - dialog "Keyboard":
        - heading "Keyboard" [level=2]
        - button
        - term: /.+/
        - definition: search
    `);
  });

  test("of the wall: a table and no controls", async ({ page }) => {
    await page.goto("/?view=wall&q=catalogue|payments");
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - heading "What is deployed where" [level=1]
        - paragraph: /1 failing/
        - status: /As of|Live/
        - paragraph: /\\d\\d:\\d\\d/
        - table "What is deployed where":
          - caption: What is deployed where
          - rowgroup:
            - row:
              - columnheader "Service"
              - columnheader /dev/
              - columnheader /pre/
              - columnheader /pro/
          - rowgroup:
            - row /payments/:
              - rowheader "payments"
              - cell /failing/
              - cell /ready/
              - cell /ready/
            - row /catalogue/:
              - rowheader "catalogue"
              - cell /c0ffee1/
              - cell /c0ffee1/
              - cell /c0ffee1/
    `);
  });

  test("of a server that is gone: it is said politely", { tag: "@hydrated" }, async ({ board, page, world }) => {
    board.expected.push(/ERR_|Failed to load resource|EventSource/);
    await board.open();
    await world.stopServer("SIGKILL");
    try {
      await expect(page.getByRole("navigation", { name: "Relboard" }).getByRole("status")).toMatchAriaSnapshot(`
        - status: Live updates paused, retrying
      `);
    } finally {
      await world.startServer();
    }
  });
});

test.describe("a board without services", () => {
  test("says why it is empty, and axe finds nothing", { tag: "@hydrated" }, async ({ browser }) => {
    test.setTimeout(90_000);
    const empty = await World.start("empty");
    const page = await browser.newPage({ baseURL: empty.url });
    try {
      for (const path of ["/", "/?view=wall"]) {
        await page.goto(path);
        await expect(page.getByRole("heading", { name: "Nothing deployed yet" })).toBeVisible();
        await expect(page.getByRole("main")).toMatchAriaSnapshot(`
          - heading "Nothing deployed yet" [level=2]
          - paragraph
        `);
      }
    } finally {
      await page.close();
      await empty.stop();
    }
  });
});

test("everything is reached by keyboard alone: search, cell, details, neighbour, back", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "");
  // The first thing to reach is the way past the bar.
  await page.keyboard.press("Tab");
  expect(await focused(page)).toContain("Skip to the board");
  await page.keyboard.press("/");
  await page.keyboard.type("cart");
  await expect.poll(() => board.services()).toEqual(["cart"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(board.details).toBeVisible();
  await expect(page).toHaveURL(/\/services\/cart\/pre\?q=cart$/);
  // Everything in the panel is reached by Tab, and seen where it is.
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.closest(".details") !== null)) break;
  }
  await expect(page.locator(".details:focus-within")).toBeVisible();
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
  expect(outline, "focus is seen").not.toBe("none");
  await page.keyboard.press("Escape");
  await expect(board.details).toHaveCount(0);
  await page.keyboard.press("w");
  await expect(page.locator(".wall-name")).toHaveText(["cart"]);
  // The wall is read before it listens.
  await board.alive();
  await page.keyboard.press("Escape");
  await expect(board.row("cart")).toBeVisible();
});

// 1280 pixels at 400 % are 320 (WCAG 1.4.10).
for (const [name, width, height] of [["zoom of 400 %", 320, 256], ["a small phone", 360, 640]] as const) {
  test.describe(name, () => {
    test.use({ viewport: { width, height } });

    test("nothing scrolls sideways when the server is gone", { tag: "@hydrated" }, async ({ board, page, world }) => {
      board.expected.push(/ERR_|Failed to load resource|EventSource/);
      try {
        for (const path of ["/?lang=es", "/?view=wall&lang=es"]) {
          await board.open(path);
          await world.stopServer("SIGKILL");
          await expect(page.locator("[data-state=paused]:is(.connection, .wall)")).toBeVisible();
          expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
          await world.startServer();
        }
      } finally {
        if (!world.runs) await world.startServer();
      }
    });

    for (const path of ["/", "/?q=cart", "/?q=no-such-service", "/services/payments/dev", "/?view=wall"]) {
      test(`nothing scrolls sideways on ${path}`, async ({ board, page }) => {
        await board.open(path);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      });
    }
  });
}
