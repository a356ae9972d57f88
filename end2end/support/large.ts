import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { binary, freePort, Process, until } from "./process.ts";

/** A server that watches simulated clusters of many services; next to nothing changes. */
export class Large {
  private constructor(
    private readonly simulator: Process,
    private readonly server: Process,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(services: number, environments: number): Promise<Large> {
    const folder = mkdtempSync(join(tmpdir(), "relboard-bench-"));
    const kubeconfig = join(folder, "kubeconfig");
    const simulator = Process.start("relboard sim", binary("relboard"), [
      "sim", "--clusters", String(environments), "--services", String(services), "--pods", String(services * 2), "--rate", "0.1",
      "--kubeconfig", kubeconfig,
    ]);
    await simulator.says((output) => (output.includes("relboard serve") ? true : undefined), 120);
    const address = `127.0.0.1:${await freePort()}`;
    const store = { RELBOARD_STORE__URL: `sqlite://${join(folder, "relboard.db")}` };
    const server = Process.start("relboard", binary("relboard"), ["serve", "--kubeconfig", kubeconfig, "--listen", address], store);
    const large = new Large(simulator, server, folder, `http://${address}`);
    await until("all clusters to be read", 120, async () => {
      if (!(await fetch(`${large.url}/readyz`)).ok) return undefined;
      const head = (await (await fetch(`${large.url}/board.ndjson`)).text()).split("\n", 1)[0] ?? "{}";
      return (JSON.parse(head) as { rows?: number }).rows === services || undefined;
    });
    return large;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
