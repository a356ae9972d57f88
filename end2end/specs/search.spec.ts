import type { Page } from "@playwright/test";

import { expect, test } from "../support/test.ts";

/** Rows as they are written: without the search in their links, without ages, which go on, and what the page adds where somebody points. */
const rows = (page: Page, address?: string): Promise<string[]> =>
  page.evaluate(async (address) => {
    const here = () => [...document.querySelectorAll("tbody > tr")].map((row) => row.outerHTML).join("");
    const text = address === undefined ? `<table><tbody>${here()}</table>` : await (await fetch(address)).text();
    const written = new DOMParser().parseFromString(text, "text/html");
    for (const time of written.querySelectorAll("tbody time")) {
      time.textContent = "";
      time.removeAttribute("title");
    }
    for (const button of written.querySelectorAll("tbody .copy")) button.remove();
    for (const pointed of written.querySelectorAll("tbody [data-pointed]")) pointed.removeAttribute("data-pointed");
    return [...written.querySelectorAll("tbody > tr")].map((row) => row.outerHTML.replaceAll(/\?[^"]*"/g, '"'));
  }, address);

test("a query in the address filters the rows", async ({ board }) => {
  await board.open("/?q=cart");
  await expect(board.row("cart")).toBeVisible();
  await expect(board.row("checkout")).toBeHidden();
  await expect(board.search).toHaveValue("cart");
});

test("qualifiers narrow it down, and a minus negates", async ({ board }) => {
  await board.open(`/?q=${encodeURIComponent("is:failing")}`);
  expect(await board.services()).toEqual(["payments"]);
  await board.open(`/?q=${encodeURIComponent("service:cart|catalogue|checkout|loyalty agree:dev,pre -agree:dev,pro")}`);
  expect(await board.services()).toEqual(["cart", "loyalty"]);
});

test("typing into the box searches", async ({ board, page }) => {
  await board.open();
  await board.search.fill("by:ignas");
  await board.search.press("Enter");
  await expect(board.row("catalogue")).toBeHidden();
  await expect(board.row("cart")).toBeVisible();
  await expect(page).toHaveURL(/[?&]q=by(:|%3A)ignas/);
});

test("rows follow the typing, and the address too", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  await board.search.pressSequentially("loyal");
  await expect.poll(() => board.services()).toEqual(["loyalty"]);
  await expect(page).toHaveURL(/[?&]q=loyal$/);
  await page.reload();
  await board.alive();
  await expect.poll(() => board.services()).toEqual(["loyalty"]);
});

test("a row that becomes another one is what the server would have written", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  const services = await board.services();
  const statuses = new Set(await page.locator("tbody td").evaluateAll((cells) => cells.map((cell) => cell.getAttribute("data-status"))));
  expect(statuses.size, "cells of many shapes").toBeGreaterThan(4);
  for (const service of [...services, ...services.toReversed()]) {
    const search = `service:${service}`;
    await board.search.fill(search);
    const served = await rows(page, `/?q=${encodeURIComponent(search)}`);
    expect(served.length, search).toBeGreaterThan(0);
    await expect.poll(() => rows(page), search).toEqual(served);
    // One that is pointed at becomes the next one.
    await board.search.hover();
    await board.row(service).locator("td").last().hover();
    expect(await page.locator("td > .copy").count(), search).toBeLessThan(2);
  }
});

for (const [screen, width] of [["a screen", 1440], ["a phone", 360]] as const) {
  test(`rows that a key rules out are hidden at once, and then removed, on ${screen}`, { tag: "@hydrated" }, async ({ board, page }) => {
    await page.setViewportSize({ width, height: 900 });
    await board.open();
    const all = await board.services();
    // After each change: which rows are to be seen, how many others are there, and how tall those are.
    await page.evaluate(() => {
      const states: { seen: string[]; hidden: number; height: number }[] = [];
      Object.assign(window, { states });
      const note = () => {
        const rows = [...document.querySelectorAll("tbody > tr:has(> th > a)")];
        const [seen, hidden] = [true, false].map((is) => rows.filter((row) => row.querySelector("a")!.checkVisibility() === is));
        const height = hidden!.reduce((sum, row) => sum + row.getBoundingClientRect().height, 0);
        states.push({ seen: seen!.map((row) => row.querySelector("a")!.textContent ?? ""), hidden: hidden!.length, height });
      };
      const rows = document.querySelector("tbody:not([aria-hidden])");
      if (rows !== null) new MutationObserver(note).observe(rows, { childList: true, attributes: true, attributeFilter: ["data-hidden"], subtree: true });
    });
    await board.search.press("%");
    await expect(page.locator("tbody > tr"), "nothing is left of what was ruled out").toHaveCount(0);
    await board.search.press("Backspace");
    await expect.poll(() => board.services()).toEqual(all);
    await board.search.pressSequentially("loyal");
    await expect.poll(() => board.services()).toEqual(["loyalty"]);
    await expect(page.locator("tbody > tr")).toHaveCount(1);
    const states = await page.evaluate(() => (window as unknown as { states: { seen: string[]; hidden: number; height: number }[] }).states);
    const ruledOut = states.find(({ seen }) => seen.length === 0);
    expect(ruledOut?.hidden, "they are still there").toBeGreaterThan(0);
    expect(states.filter(({ height }) => height > 0), "what is hidden takes no room").toEqual([]);
    expect(states.at(-1)).toEqual({ seen: ["loyalty"], hidden: 0, height: 0 });
  });
}

test("a link that is followed right after typing leads on from what was typed", { tag: "@hydrated" }, async ({ board, page }) => {
  await board.open();
  const sort = board.table.getByRole("link", { name: "Service", exact: true });
  for (const follow of [() => sort.click(), () => sort.press("Enter")]) {
    await board.search.fill("");
    await board.search.pressSequentially("cart");
    await follow();
    await expect(page).toHaveURL(/[?&]q=cart(&|$)/);
    await expect(page).toHaveURL(/[?&]sort=/);
    await expect.poll(() => board.services()).toEqual(["cart"]);
    await page.goBack();
  }
});

test("a query that cannot be read says where, and hides nothing", async ({ board, page }) => {
  await board.open(`/?q=${encodeURIComponent("statsu:failing")}`);
  await expect(board.search).toHaveAccessibleDescription(/cannot be read.*statsu/i);
  await expect(page.locator("mark")).toHaveText(/statsu/);
  await expect(board.row("cart")).toBeVisible();
  await expect(board.row("payments")).toBeVisible();
});

test("nothing found says so, and offers the way back", async ({ board, page }) => {
  await board.open("/?q=no-such-service");
  await expect(page.getByText("No service matches")).toBeVisible();
  await page.getByRole("link", { name: /clear/i }).first().click();
  await expect(board.row("cart")).toBeVisible();
});
