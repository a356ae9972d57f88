import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { test as base } from "@playwright/test";

import { binary, freePort, Process, until } from "../support/process.ts";

export const services = 2000;
export const environments = 12;
const token = "bench-t0ken";

/** The fleet of `make load`, with its records, and a release server that watches it. */
export class Full {
  private constructor(
    private readonly world: Process,
    private readonly server: Process,
    private readonly folder: string,
    private readonly control: string,
    readonly url: string,
  ) {}

  static async start(): Promise<Full> {
    const folder = mkdtempSync(join(tmpdir(), "relboard-bench-"));
    const file = (name: string) => join(folder, name);
    const world = Process.start("load world", binary("load"), [
      "world", "--clusters", "10", "--environments", String(environments), "--services", String(services), "--pods", "5300",
      "--kubeconfig", file("kubeconfig"), "--config", file("environments.toml"),
    ]);
    const control = await world.says((output) => /control (http:\S+)/.exec(output)?.[1], 120);
    const head = `[server]\nrecords_per_minute = 1000000\n[store]\nurl = "sqlite://${file("relboard.db")}"\n[[ci]]\nname = "bench"\ntoken = "${token}"\n\n`;
    writeFileSync(file("relboard.toml"), head + readFileSync(file("environments.toml"), "utf8"));
    const address = `127.0.0.1:${await freePort()}`;
    const server = Process.start("relboard", binary("relboard"), ["serve", "--config", file("relboard.toml"), "--listen", address]);
    const full = new Full(world, server, folder, control, `http://${address}`);
    await until("all clusters to be read", 120, async () => {
      if (!(await fetch(`${full.url}/readyz`)).ok) return undefined;
      const head = (await (await fetch(`${full.url}/board.ndjson`)).text()).split("\n", 1)[0] ?? "{}";
      return (JSON.parse(head) as { rows?: number }).rows === services || undefined;
    });
    await full.ask("records", full.dashboard);
    return full;
  }

  /** So many changes of objects a second from now on, with their records. */
  async events(perSecond: number): Promise<void> {
    await this.ask("events", { per_second: perSecond, dashboard: this.dashboard });
  }

  /** How many changes of objects there were. */
  async changes(): Promise<number> {
    return ((await this.ask("changes", null)) as { number: number }).number;
  }

  /** The cells that have a workload: service and environment of each. */
  async cells(): Promise<[string, string][]> {
    return (await (await fetch(`${this.control}/cells`)).json()) as [string, string][];
  }

  /** Deploys to one of [`cells`], and says when the API server had the change, in ms since 1970. */
  async deploy(cell: number, commit: string): Promise<number> {
    return ((await this.ask("deploy", { cell, commit })) as { number: number }).number / 1000;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.world.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get dashboard() {
    return { url: this.url, token };
  }

  private async ask(what: string, about: unknown): Promise<unknown> {
    const answer = await fetch(`${this.control}/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(about),
    });
    if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

export const test = base.extend<object, { full: Full }>({
  full: [
    async ({}, use) => {
      const full = await Full.start();
      await use(full);
      await full.stop();
    },
    { scope: "worker", timeout: 240_000 },
  ],
  baseURL: async ({ full }, use) => use(full.url),
});
