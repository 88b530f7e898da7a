// Numbers and tables for people to read in a terminal.

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `12ms`, `3.4s`, `5m10s`, `2h05m`, `3d04h`: never more than two units. */
export function formatAge(milliseconds: number): string {
  if (milliseconds < secondMs) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < minuteMs) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)}s`;
  if (milliseconds < hourMs) return twoUnits(milliseconds, minuteMs, 'm', secondMs, 's');
  if (milliseconds < dayMs) return twoUnits(milliseconds, hourMs, 'h', minuteMs, 'm');
  return twoUnits(milliseconds, dayMs, 'd', hourMs, 'h');
}

/** `812 B`, `4.0 KiB`, `37 MiB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? 'B'}`;
}

/** Rows under a heading, in columns as wide as they have to be. */
export function formatTable(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A text that strangers had a hand in, without what a terminal would act on. Line feeds stay. */
export function escapeControls(text: string): string {
  return text.replace(
    /[^\P{Cc}\n]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The same on one line. */
export function oneLine(text: string): string {
  return escapeControls(text).replaceAll('\n', '\\x0a');
}

const PREVIEW_BYTES = 48;

/** The beginning of bytes, in quotes. */
export function preview(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1', 0, PREVIEW_BYTES));
  return oneLine(text) + (bytes.length > PREVIEW_BYTES ? '...' : '');
}

function twoUnits(milliseconds: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((milliseconds % bigMs) / smallMs);
  return `${Math.floor(milliseconds / bigMs)}${big}${String(rest).padStart(2, '0')}${small}`;
}
