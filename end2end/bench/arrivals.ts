import type { Page } from "@playwright/test";

import { until } from "../support/process.ts";

/** A commit that the page is watched for. */
export const commitOf = (index: number): string => `feed${index.toString(16).padStart(3, "0")}`;

/** Notes when such a commit is first in the document. Clocks are those of one machine. */
export const watch = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen = new Map<string, number>();
    Object.assign(window, { seen });
    const note = (text: string | null) => {
      const now = performance.timeOrigin + performance.now();
      for (const [found] of text?.matchAll(/\bfeed[0-9a-f]{3}\b/g) ?? []) if (!seen.has(found)) seen.set(found, now);
    };
    new MutationObserver((mutations) => {
      for (const { target, addedNodes } of mutations) {
        note(target.nodeType === Node.TEXT_NODE ? target.textContent : null);
        for (const node of addedNodes) note(node.textContent);
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });

/** The services of the rows that are on the screen. */
export const servicesOnScreen = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const names = [...document.querySelectorAll("tbody th[scope=row] a")];
    return names.filter((name) => name.getBoundingClientRect().bottom < innerHeight).map((name) => name.textContent ?? "");
  });

/** Waits for all commits that were sent, at times in ms since 1970, and says how long each took, in ms. */
export const latencies = async (page: Page, sent: Map<string, number>): Promise<number[]> => {
  const seen = async () => new Map(await page.evaluate(() => [...(window as unknown as { seen: Map<string, number> }).seen]));
  await until("every change to arrive", 60, async () => {
    const arrived = await seen();
    return [...sent.keys()].every((commit) => arrived.has(commit)) || undefined;
  });
  const arrived = await seen();
  return [...sent].map(([commit, at]) => (arrived.get(commit) ?? Number.POSITIVE_INFINITY) - at);
};
