import { expect, type Page } from "@playwright/test";

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
  await watch(board.page);
  await board.search.focus();
  const pace = { delay: 100 };
  for (const { text, found } of searches) {
    await board.search.pressSequentially(text, pace);
    // The header is a row, too.
    await expect(board.table).toHaveAttribute("aria-rowcount", String(found + 1));
    for (let index = 0; index < text.length; index += 1) await board.page.keyboard.press("Backspace", pace);
    await expect(board.table).toHaveAttribute("aria-rowcount", String(services + 1));
  }
  return board.page.evaluate(() => (window as unknown as { samples: number[] }).samples);
};
