import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

import { machine, type Measurement } from "./measure.ts";

/** Prints what was measured as the table of the README. */
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
    console.log(`\nMeasured on ${machine()}\n`);
    console.log("| what | measured | target | |");
    console.log("|---|---|---|---|");
    for (const { what, measured, target, met } of this.lines) {
      console.log(`| ${what} | ${measured} | ${target} | ${met ? "met" : "**missed**"} |`);
    }
    for (const error of this.errors) console.error(`\n${error}`);
  }

  printsToStdio(): boolean {
    return true;
  }
}
