import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, platform, release, totalmem } from "node:os";

import { test } from "@playwright/test";

/** A line of the table. */
export interface Measurement {
  what: string;
  measured: string;
  /** What it should be at most, and whether it is. */
  target: string;
  met: boolean;
}

/** Hands a line to the reporter, which prints the table. */
export const report = (measurement: Measurement): void => {
  test.info().annotations.push({ type: "measurement", description: JSON.stringify(measurement) });
};

/** The value below which that share of the samples lies. */
export const percentile = (samples: readonly number[], share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
};

/** Resident memory of a process, in MB. */
export const residentMegabytes = (pid: number): number =>
  (Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)]).toString()) * 1024) / 1e6;

/** Processor time a process has used, in seconds. */
export const processorSeconds = (pid: number): number => {
  if (existsSync(`/proc/${pid}/stat`)) {
    // Fields 14 and 15, user and system time in ticks of 10 ms; the name in brackets may contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }
  const [seconds = 0, minutes = 0, hours = 0] = execFileSync("ps", ["-o", "time=", "-p", String(pid)])
    .toString().trim().split(":").reverse().map(Number);
  return hours * 3600 + minutes * 60 + seconds;
};

/** How long it takes to make a map of 200,000 objects and to read it, in ms, the median of nine: machines of one name differ. */
const objects = (): number => {
  const times = Array.from({ length: 9 }, () => {
    const started = performance.now();
    const map = new Map(Array.from({ length: 200_000 }, (_, place) => [`name-${place}`, { place }]));
    let sum = 0;
    for (const { place } of map.values()) sum += place;
    // Else nobody would read them.
    return sum > 0 ? performance.now() - started : Number.NaN;
  });
  return percentile(times, 0.5);
};

/** The machine, in a line. */
export const machine = (): string => {
  const processors = cpus();
  const parts = [
    `${processors.length} × ${processors[0]?.model.trim() ?? "?"}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${platform()} ${release()}`,
    `a map of 200,000 objects in ${objects().toFixed(0)} ms`,
  ];
  return parts.join(", ");
};
