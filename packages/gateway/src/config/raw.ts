// Configurations before they are checked: plain tables of unknown values, and overlaying one value on another.

/** A table as TOML gives it. */
export type RawTable = Record<string, unknown>;

/** The value is a table: not a list, not a date, not a scalar. */
export function isTable(value: unknown): value is RawTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** An empty table without a prototype, so that a key of the file can never reach one. */
export function emptyTable(): RawTable {
  return Object.create(null) as RawTable;
}

/**
 * Puts `value` at `keys`, making tables on the way; a table is laid over the one that is there.
 * Where something else than a table is in the way it stays: checking the document will report it.
 */
export function putValue(table: RawTable, keys: readonly string[], value: unknown): void {
  const [key, ...rest] = keys;
  if (key === undefined) return;
  const present = table[key];
  if (rest.length === 0) {
    table[key] = isTable(present) && isTable(value) ? { ...present, ...value } : value;
    return;
  }
  if (present === undefined) table[key] = emptyTable();
  const next = table[key];
  if (isTable(next)) putValue(next, rest, value);
}

/** The value at `keys`, or undefined. */
export function getValue(table: unknown, keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    if (typeof key === 'number') return Array.isArray(value) ? (value as unknown[])[key] : undefined;
    return isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, table);
}
