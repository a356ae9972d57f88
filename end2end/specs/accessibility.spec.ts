import { expect, test } from "../support/test.ts";

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing serious on the ${theme} board`, async ({ board }) => {
    await board.open(`/?theme=${theme}`);
    expect(await board.seriousViolations()).toEqual([]);
  });

  test(`axe finds nothing serious with ${theme} details open`, async ({ board }) => {
    await board.open(`/services/payments/dev?theme=${theme}`);
    await expect(board.details).toBeVisible();
    expect(await board.seriousViolations()).toEqual([]);
  });
}

test("axe finds nothing serious when nothing matches or a query cannot be read", async ({ board }) => {
  for (const query of ["no-such-service", "statsu:failing"]) {
    await board.open(`/?q=${encodeURIComponent(query)}`);
    expect(await board.seriousViolations(), query).toEqual([]);
  }
});
