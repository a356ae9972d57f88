import { writeFileSync } from "node:fs";

import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

import { machine, type Measurement } from "./measure.ts";

/** Prints what was measured as the table of the README, and writes it to the file `REPORT` where one is named. */
export default class Table implements Reporter {
  private readonly lines: Measurement[] = [];
  private readonly errors: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const { type, description } of result.annotations) {
      if (type === "measurement" && description) this.lines.push(JSON.parse(description) as Measurement);
    }
    for (const error of result.errors) this.errors.push(`${test.title}: ${error.message ?? error.value ?? "?"}`);
  }

  onError(error: { message?: string; value?: string }): void {
    this.errors.push(error.message ?? error.value ?? "?");
  }

  onEnd(_result: FullResult): void {
    const rows = this.lines.map(({ what, measured, target, met }) => `| ${what} | ${measured} | ${target} | ${met ? "met" : "**missed**"} |`);
    const on = `Measured on ${machine()}`;
    const table = ["| what | measured | target | |", "|---|---|---|---|", ...rows].join("\n");
    console.log(`\n${on}\n\n${table}`);
    const { REPORT } = process.env;
    if (REPORT !== undefined && REPORT !== "") {
      const day = new Date().toISOString().slice(0, 10);
      writeFileSync(REPORT, `# Measurements\n\nWhat \`make bench\` prints, as \`REPORT=FILE\` writes it. ${on}, on ${day} (UTC).\n\n${table}\n`);
    }
    for (const error of this.errors) console.error(`\n${error}`);
  }

  printsToStdio(): boolean {
    return true;
  }
}
