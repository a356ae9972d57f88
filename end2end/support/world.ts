import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { binary, freePort, Process, until } from "./process.ts";

/** The columns, which are also the names of the simulated clusters and of the kubeconfig's contexts. */
export const environments = ["dev", "pre", "pro"] as const;
export type EnvironmentName = (typeof environments)[number];

/** A commit that begins so: forty hexadecimal digits, of which the page shows the first seven. */
export const commit = (start: string): string => (start + "0123456789abcdef".repeat(3)).slice(0, 40);
export const short = (start: string): string => commit(start).slice(0, 7);

/** Beginnings of commits that fail when they are deployed, as the simulator documents them. */
export const failing = { pull: "bad0", crash: "bad1", neverReady: "bad2" } as const;

/** What a Deployment of the world looks like; its image's tag is a commit that begins so. */
interface Deployed {
  commit: string;
  replicas?: number;
}

/** A record CI sends. */
interface Recorded {
  service: string;
  environment: EnvironmentName;
  commit: string;
  by: string;
  at: string;
}

/** What is looked at of `GET /api/v1/board`. */
interface BoardJson {
  services: { name: string; cells: Record<string, { status: string; reason: string }> }[];
}

const token = "a-token-for-browser-tests";

/**
 * Simulated clusters (in the process `e2e-world`, told over HTTP what to change) and a real `relboard serve` that
 * watches them through a kubeconfig, as it would watch real ones.
 */
export class World {
  private server: Process | undefined;

  private constructor(
    private readonly simulator: Process,
    private readonly control: string,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** A world with the services the browser tests know, or an empty one. */
  static async start(content: "shop" | "empty" = "shop"): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "relboard-e2e-"));
    const kubeconfig = join(folder, "kubeconfig");
    const simulator = Process.start("e2e-world", binary("e2e-world"), ["--kubeconfig", kubeconfig, ...environments]);
    const control = await simulator.says((output) => /^control (http:\S+)$/m.exec(output)?.[1]);
    const tiers = { dev: "development", pre: "staging", pro: "production" };
    writeFileSync(
      join(folder, "relboard.toml"),
      [
        `store.url = "sqlite://${join(folder, "relboard.db")}"`,
        ...environments.flatMap((name) => [
          "[[environments]]",
          `name = "${name}"`,
          `tier = "${tiers[name]}"`,
          "[[environments.targets]]",
          `kubeconfig = "${kubeconfig}"`,
          `context = "${name}"`,
        ]),
        "[[ci]]",
        'name = "tests"',
        `token = "${token}"`,
        "[services.links]",
        'Source = "https://git.example.com/{service}/commit/{commit}"',
        'Owner = "https://teams.example.com/{team}"',
        "[[views]]",
        'name = "Trouble"',
        'query = "q=is:failing&sort=-name"',
        // Nobody waits for two minutes to see that a record is not followed.
        "[timing]",
        'follow_grace = "1s"',
      ].join("\n"),
    );
    const world = new World(simulator, control, folder, await freePort());
    if (content === "shop") await world.populate();
    await world.startServer();
    if (content === "shop") {
      await world.recordHistory();
      await world.atRest();
    }
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the server on the world's port, and waits until every target was heard. */
  async startServer(): Promise<void> {
    this.server = Process.start("relboard", binary("relboard"), [
      "serve",
      "--config",
      join(this.folder, "relboard.toml"),
      "--listen",
      `127.0.0.1:${this.port}`,
    ]);
    const server = this.server;
    await until("the server to be ready", 30, async () => {
      if (server.child.exitCode !== null) throw new Error("it ended");
      return (await fetch(`${this.url}/readyz`)).ok || undefined;
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${server.output()}`);
    });
  }

  /** Stops the server; returns how long it took, in ms. */
  async stopServer(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    const took = (await this.server?.stop(signal)) ?? 0;
    this.server = undefined;
    return took;
  }

  /** Whether the server runs. */
  get runs(): boolean {
    return this.server !== undefined;
  }

  /** The server's process id. */
  get serverPid(): number {
    if (this.server === undefined) throw new Error("the server is stopped");
    return this.server.pid;
  }

  /**
   * Makes a Deployment, or gives it another image; the simulated controller rolls it out pod by pod.
   * Answers when the API server had the change, in ms since 1970.
   */
  async deploy(environment: EnvironmentName, service: string, what: Deployed): Promise<number> {
    const { at } = await this.tell<{ at: number }>(`/clusters/${environment}/deployments/${service}`, {
      image: `registry.example/shop/${service}:${commit(what.commit)}`,
      replicas: what.replicas ?? 2,
    });
    return at;
  }

  /** Has CI send a record. */
  async record(record: Recorded): Promise<void> {
    const answer = await fetch(`${this.url}/api/v1/records`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify(record),
    });
    if (!answer.ok) throw new Error(`the record was refused: ${answer.status} ${await answer.text()}`);
  }

  /** Makes the board that every worker starts with: each service shows something else. */
  private async populate(): Promise<void> {
    const everywhere = (start: string) => ({ dev: start, pre: start, pro: start });
    const services: Record<string, Partial<Record<EnvironmentName, string>>> = {
      // All agree, dev and pre agree, pre and pro agree, none agrees, and one that never reached production.
      catalogue: everywhere("c0ffee1"),
      cart: { dev: "ca27001", pre: "ca27001", pro: "ca27000" },
      checkout: { dev: "c4ec002", pre: "c4ec001", pro: "c4ec001" },
      inventory: { dev: "1ab0003", pre: "1ab0002", pro: "1ab0001" },
      loyalty: { dev: "10a1001", pre: "10a1001" },
      // Cannot be pulled in dev.
      payments: { dev: failing.pull, pre: "9a90001", pro: "9a90001" },
      // For tests that change something: one each.
      orders: everywhere("0de0001"),
      shipping: everywhere("5419001"),
      mailer: everywhere("3a11001"),
    };
    for (const [service, versions] of Object.entries(services)) {
      for (const environment of environments) {
        const start = versions[environment];
        if (start !== undefined) await this.deploy(environment, service, { commit: start });
      }
    }
    // Scaled to zero on purpose.
    await this.deploy("dev", "reports", { commit: "4e90001", replicas: 0 });
  }

  /**
   * Waits until the board of a shop is as it starts: rollouts are over, of the first ones and of what tests changed, and what
   * is not ready is what never is.
   */
  async atRest(): Promise<void> {
    const usual = ["dev payments failing", "dev reports paused", "pro inventory drifted"].join(", ");
    await until("the board to be at rest", 60, async () => {
      const cells = (await this.board()).services.flatMap(({ name, cells }) =>
        Object.entries(cells).map(([environment, { status }]) => `${environment} ${name} ${status}`),
      );
      const unready = cells.filter((cell) => !/ (ready|absent)$/.test(cell)).sort().join(", ");
      if (unready !== usual) throw new Error(`it is ${unready}, and should be ${usual}`);
      return true;
    });
  }

  /** The records that the board starts with. */
  private async recordHistory(): Promise<void> {
    const at = "2026-03-02T09:30:00Z";
    await this.record({ service: "catalogue", environment: "pro", commit: commit("c0ffee1"), by: "marta", at });
    await this.record({ service: "cart", environment: "dev", commit: commit("ca27001"), by: "ignas", at });
    // CI says one thing, the cluster runs another.
    await this.record({ service: "inventory", environment: "pro", commit: commit("1ab0009"), by: "jarodillo", at });
  }

  /** Cuts a cluster off, or lets it come back. */
  async reachable(environment: EnvironmentName, reachable: boolean): Promise<void> {
    await this.tell(`/clusters/${environment}/fault`, { fault: reachable ? "none" : "cut" });
  }

  /** The board as the JSON interface tells it. */
  async board(query = ""): Promise<BoardJson> {
    const answer = await fetch(`${this.url}/api/v1/board?q=${encodeURIComponent(query)}`);
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as BoardJson;
  }

  /** Deploys that many services (`service-000` …) scaled to zero to dev; every fifth cannot be pulled in pre. */
  async populateFleet(services: number): Promise<void> {
    const name = (index: number) => `service-${String(index).padStart(3, "0")}`;
    const all = Array.from({ length: services }, (_, index) => index);
    await Promise.all(all.map((index) => this.deploy("dev", name(index), { commit: (0x1000000 + index).toString(16), replicas: 0 })));
    const fifth = all.filter((index) => index % 5 === 0);
    await Promise.all(fifth.map((index) => this.deploy("pre", name(index), { commit: failing.pull, replicas: 1 })));
    await until(`${services} services to be on the board`, 60, async () => {
      const rows = (await this.board("is:paused")).services;
      const broken = (await this.board("is:failing")).services;
      return (rows.length === services && broken.length === fifth.length) || undefined;
    });
  }

  /** Waits until that many services are on the board, and all their cells are ready. */
  async settled(services: number, seconds = 120): Promise<void> {
    await until(`${services} services to be ready everywhere`, seconds, async () => {
      const rows = (await this.board()).services;
      const ready = rows.filter(({ cells }) => Object.values(cells).every(({ status }) => status === "ready"));
      return ready.length === services || undefined;
    });
  }

  async stop(): Promise<void> {
    await this.stopServer();
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async tell<Answer>(path: string, body: unknown): Promise<Answer> {
    const answer = await fetch(`${this.control}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }
}
