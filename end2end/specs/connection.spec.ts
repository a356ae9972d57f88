import { expect, short, test } from "../support/test.ts";

test("a lost server is noticed and said, and when it is back the data is right", { tag: "@hydrated" }, async ({ board, page, world }) => {
  // The browser itself reports each attempt that fails.
  board.expected.push(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|Failed to load resource|EventSource/);
  await board.open();
  await expect(board.cell("shipping", "dev")).toContainText(short("5419001"));

  await test.step("the server is killed", async () => {
    await world.stopServer("SIGKILL");
    await expect(page.getByText("Live updates paused, retrying")).toBeVisible();
    // What was known is still there to be read.
    await expect(board.cell("shipping", "dev")).toContainText(short("5419001"));
  });

  await test.step("something happens meanwhile, and the server comes back on its port", async () => {
    await world.deploy("dev", "shipping", { commit: "5419002" });
    await world.startServer();
    await expect(page.getByText("Live updates paused, retrying")).toBeHidden({ timeout: 30_000 });
    await expect(board.cell("shipping", "dev")).toContainText(short("5419002"));
    await expect(board.cell("shipping", "dev")).not.toContainText(short("5419001"));
    await expect(board.cell("catalogue", "pro")).toContainText("marta");
  });

  await test.step("the stream is alive again", async () => {
    await world.deploy("dev", "shipping", { commit: "5419003" });
    await expect(board.cell("shipping", "dev")).toContainText(short("5419003"));
  });
});

test("the server stops within 5 s while a page listens", { tag: "@hydrated" }, async ({ board, world }) => {
  board.expected.push(/ERR_|Failed to load resource|EventSource/);
  await board.open();
  try {
    expect(await world.stopServer("SIGTERM")).toBeLessThan(5_000);
  } finally {
    await world.startServer();
  }
});
