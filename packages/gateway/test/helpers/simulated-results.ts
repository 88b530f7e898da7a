// What is read off a simulation, and how it is printed.
import type { Job } from './policy-simulation.ts';

/** From the arrival of a request to the end of its answer. */
export function latencyMs({ arrivedMs, endedMs }: Job): number {
  return (endedMs ?? Infinity) - arrivedMs;
}

/** The latency that so many percent of the answered requests do not exceed, in milliseconds; 0 if there are none. */
export function percentile(jobs: readonly Job[], percent: number): number {
  const sorted = jobs
    .filter(({ isRefused }) => !isRefused)
    .map(latencyMs)
    .toSorted((a, b) => a - b);
  const place = Math.ceil((sorted.length * percent) / 100) - 1;
  return sorted[Math.max(0, place)] ?? 0;
}

/** A table as prettier would format it: the first column to the left, the others to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, at) => Math.max(3, name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const pad = (cells: readonly string[]): string[] =>
    widths.map((width, at) =>
      at === 0 ? (cells[at] ?? '').padEnd(width) : (cells[at] ?? '').padStart(width),
    );
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(pad(head)), line(rule), ...rows.map((row) => line(pad(row)))].join('\n');
}
