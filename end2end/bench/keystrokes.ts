import { expect, type Locator, type Page } from "@playwright/test";

import type { BoardPage } from "../support/test.ts";

/** Notes for each key how long it takes until the frame that answers it is painted. */
const watch = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const samples: number[] = [];
    Object.assign(window, { samples });
    // A frame later its callbacks have run; a message from there arrives when the frame was laid out and painted.
    const whenPainted = (then: (now: number) => void) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => then(performance.now());
        port2.postMessage(null);
      });
    document.addEventListener("keydown", ({ timeStamp }) => whenPainted((now) => samples.push(now - timeStamp)), { capture: true });
    // What measures is compiled when it is called first, and that is not to be measured.
    return new Promise((resolve) => whenPainted(() => resolve()));
  });

/** Types searches and deletes them again, as a fast typist does: ten keys a second; faster ones would measure how frames queue up. */
export const type = async (board: BoardPage, services: number, searches: { text: string; found: number }[]): Promise<number[]> => {
  // The header is a row, too.
  const rows = (found: number) => expect(board.table).toHaveAttribute("aria-rowcount", String(found + 1));
  const steps = searches.map(({ text, found }) => ({ text, typed: () => rows(found), deleted: () => rows(services) }));
  return typeInto(board.page, board.search, steps);
};

/** The same in a page that has nothing but the box: what the machine and its browser take for themselves. */
export const typeIntoNothing = async (page: Page, texts: string[]): Promise<number[]> => {
  await page.setContent("<input type=search>");
  const box = page.getByRole("searchbox");
  const steps = texts.map((text) => ({ text, typed: () => expect(box).toHaveValue(text), deleted: () => expect(box).toHaveValue("") }));
  return typeInto(page, box, steps);
};

/** What is typed, and what waits until the page has answered that, and its deletion. */
interface Step {
  text: string;
  typed: () => Promise<void>;
  deleted: () => Promise<void>;
}

const typeInto = async (page: Page, box: Locator, steps: Step[]): Promise<number[]> => {
  await watch(page);
  await box.focus();
  const pace = { delay: 100 };
  for (const { text, typed, deleted } of steps) {
    await box.pressSequentially(text, pace);
    await typed();
    for (let index = 0; index < text.length; index += 1) await page.keyboard.press("Backspace", pace);
    await deleted();
  }
  return page.evaluate(() => (window as unknown as { samples: number[] }).samples);
};
