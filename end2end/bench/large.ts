import { test as base } from "@playwright/test";

import { Large } from "../support/large.ts";

export const services = 2000;
export const environments = 12;

/** A release server that watches twelve simulated clusters of 2,000 services. */
export const test = base.extend<object, { large: Large }>({
  large: [
    async ({}, use) => {
      const large = await Large.start(services, environments);
      await use(large);
      await large.stop();
    },
    { scope: "worker", timeout: 240_000 },
  ],
  baseURL: async ({ large }, use) => use(large.url),
});
