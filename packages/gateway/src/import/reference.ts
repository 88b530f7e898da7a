// The reference page of what becomes of the options of other servers, from the tables that the code uses.
import type { DescribedRow, Source } from './source.ts';
import { sources } from './sources.ts';

/** docs/reference/import.md. */
export function importReference(): string {
  return [introduction, ...sources.map(describeSource)].join('\n\n') + '\n';
}

const introduction = `<!-- Generated from packages/gateway/src/import. Do not edit. -->

# What becomes of the options of other servers

\`sluice import FILE\` reads the configuration of another server and prints a \`sluice.toml\`. Nothing in the file is run, unless
it is Python and \`--run\` asks for it. Each option is in one of four classes:

- **same**: a setting means the same.
- **differs**: the nearest setting is taken, and a comment above it says what differs.
- **not needed**: Sluice does so anyway, or has no use for it.
- **not carried over**: there is no setting for it. It is named on standard error and at the end of the file, with its line, and
  \`--strict\` makes the exit code 7.

A \`*\` stands for any rest of a name. Options that are in no table are not carried over. A value that a setting does not allow
is not carried over either.`;

function describeSource({ key, name, prose, groups }: Source): string {
  const parts = groups.flatMap(({ title, rows }) => [
    ...(title === '' ? [] : [`### ${title}`]),
    table([['option', 'becomes', ''], ...rows.map(cellsOf)]),
  ]);
  return [`## ${name}`, `\`--from ${key}\`. ${prose}`, ...parts].join('\n\n');
}

const fates = { same: 'same', differs: 'differs', needless: 'not needed', lost: 'not carried over' };

function cellsOf(row: DescribedRow): readonly string[] {
  const becomes = 'becomes' in row ? row.becomes : '';
  const fate = row.note === '' ? fates[row.fate] : `${fates[row.fate]}: ${row.note}`;
  return [row.names.map((each) => `\`${each}\``).join(', '), becomes, fate];
}

// Padded as the formatter of the repository does.
function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = [0, 1, 2].map((column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
