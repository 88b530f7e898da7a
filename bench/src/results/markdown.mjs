// Markdown tables, aligned the way the formatter of this repository aligns them.

/**
 * A table; all columns but the first are aligned to the right.
 * @param {readonly string[]} head @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** A median with its spread: `12.3 (11.9–12.8)`; a dash for nothing. @param {import('./statistics.mjs').Spread | undefined} spread */
export function spreadText(spread, format) {
  if (spread === undefined) return '–';
  return `${format(spread.median)} (${format(spread.min)}–${format(spread.max)})`;
}

/** A whole number in groups of three digits. */
export const whole = (value) => Math.round(value).toLocaleString('en-US');

/** Two digits after the point. */
export const hundredths = (value) => value.toFixed(2);

/** Microseconds as milliseconds. */
export const milliseconds = (us) => (us / 1000).toFixed(us < 10_000 ? 2 : 1);

/** Bytes as megabytes. */
export const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
