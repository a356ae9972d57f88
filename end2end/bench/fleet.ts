import { test as base } from "@playwright/test";

import { environments, World } from "../support/world.ts";

export const services = 200;
export const replicas = 3;

/** The name of a service of the fleet. */
export const service = (index: number): string => `service-${String(index).padStart(3, "0")}`;

/** A release server that watches three clusters of 200 services with 3 pods each; nothing changes by itself. */
export const test = base.extend<object, { world: World }>({
  world: [
    async ({}, use) => {
      const world = await World.start("empty");
      for (const environment of environments) {
        await Promise.all(
          Array.from({ length: services }, (_, index) =>
            world.deploy(environment, service(index), { commit: (0x1000000 + index).toString(16), replicas }),
          ),
        );
      }
      await world.settled(services);
      await use(world);
      await world.stop();
    },
    { scope: "worker", timeout: 240_000 },
  ],
  baseURL: async ({ world }, use) => use(world.url),
});
