import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

/** The folder of the binaries under test; scripts/browser-tests.sh says which. */
export const binary = (name: string): string => {
  const folder = process.env.RELBOARD_BIN_DIR;
  if (!folder) throw new Error("RELBOARD_BIN_DIR is not set: run `make test-browser`");
  return join(folder, name);
};

/** A port of loopback that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};

/** A process of ours, whose output is kept for the report of a failure. */
export class Process {
  private constructor(
    readonly name: string,
    readonly child: ChildProcess,
    private readonly lines: string[],
  ) {}

  /** Starts a process; its stdin stays open until it is stopped, and it may end itself when stdin closes. */
  static start(name: string, command: string, args: string[], environment: Record<string, string> = {}): Process {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...environment } });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        lines.push(text);
        if (lines.length > 2000) lines.splice(0, 1000);
      });
    }
    return new Process(name, child, lines);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.child.pid;
  }

  /** All it has printed lately. */
  output(): string {
    return this.lines.join("");
  }

  /** Waits until `look` finds something in the output. */
  async says<T>(look: (output: string) => T | undefined, seconds = 20): Promise<T> {
    return until(`${this.name} to say so`, seconds, () => {
      const found = look(this.output());
      if (found === undefined && this.child.exitCode !== null) throw new Fatal(`${this.name} ended:\n${this.output()}`);
      return found;
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output()}`);
    });
  }

  /** Ends it, politely at first; returns how long that took, in ms. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    const started = performance.now();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      const killer = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
      this.child.kill(signal);
      await ended;
      clearTimeout(killer);
    }
    return performance.now() - started;
  }
}

/** An error that ends a wait at once. */
class Fatal extends Error {}

/** Asks `ask` until it answers something, every 50 ms; for what is not a page, which Playwright waits for by itself. */
export const until = async <T>(
  what: string,
  seconds: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> => {
  const deadline = performance.now() + seconds * 1000;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof Fatal) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${seconds} s in vain for ${what}${last === undefined ? "" : `: ${String(last)}`}`);
};
