// Prints a draft as a `sluice.toml` whose comments say what differs from the other server.
import { stringify } from 'smol-toml';
import { comment, paragraphs } from '../webserver/text.ts';
import type { Draft, DraftSetting, DraftTable, Finding, TomlValue } from './draft.ts';

/** The text of the file. `source` names the file it was made from, `server` whose file that is. */
export function renderDraft(draft: Draft, source: string, server: string): string {
  const lines = paragraphs([
    [
      ...comment(`Made from ${source} (${server}) by sluice import.`),
      ...comment('Relative paths begin at the directory of this file.'),
    ],
    ...tablesOf(draft),
    ...leftOvers(draft),
    // Commands stay in one line.
    draft.advice.flatMap((text) => (text.startsWith('  ') ? [`# ${text}`] : comment(text))),
  ]);
  return `${lines.join('\n')}\n`;
}

/** One line about an option: where it stands and what becomes of it. */
export function describeFinding({ option, note }: Finding): string {
  return option === null ? note : `${option.file}:${option.line}: ${option.place ?? option.name}: ${note}`;
}

const order = [
  'app',
  'listen',
  'pool',
  'upstream',
  'route',
  'static',
  'body',
  'reply',
  'limits',
  'log',
  'control',
];

function tablesOf(draft: Draft): readonly (readonly string[])[] {
  const named = [...draft.tables].map(([name, table]) => ({
    section: name.split('.')[0] ?? name,
    header: `[${name}]`,
    table,
  }));
  const listed = Object.entries(draft.lists).flatMap(([section, tables]) =>
    tables.map((table) => ({ section, header: `[[${section}]]`, table })),
  );
  return [...named, ...listed]
    .filter(({ table }) => table.settings.size + table.remarks.length > 0)
    .toSorted((a, b) => order.indexOf(a.section) - order.indexOf(b.section))
    .map(({ header, table }) => [header, ...renderTable(draft, table)]);
}

function renderTable(draft: Draft, { settings, remarks }: DraftTable): readonly string[] {
  // An option that comes to several settings is explained once.
  const told = new Set<string>();
  const isNew = (text: string): boolean => !told.has(text) && told.add(text).size > 0;
  const isFirst = ([key]: readonly [string, unknown]): boolean => key === 'target';
  // The application stands where people look for it.
  const ordered = [...settings].toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
  return [
    ...ordered.flatMap(([key, setting]) => [
      ...remarksOf(draft, setting)
        .filter(isNew)
        .flatMap((text) => comment(text)),
      `${key} = ${renderValue(setting.value)}`,
    ]),
    ...remarks.flatMap((text) => comment(text)),
  ];
}

function remarksOf(draft: Draft, { options, remarks }: DraftSetting): readonly string[] {
  const differences = options.flatMap((option) => {
    const finding = draft.findingOf(option);
    return finding?.fate === 'differs' ? [describeFinding(finding)] : [];
  });
  return [...differences, ...remarks];
}

// Keys of settings are bare; only values can hold anything.
function renderValue(value: TomlValue): string {
  if (typeof value !== 'object' || Array.isArray(value))
    return stringify({ k: value }).trim().slice('k = '.length);
  const entries = Object.entries(value).map(([key, each]) => {
    const name = stringify({ [key]: 0 })
      .trim()
      .slice(0, -' = 0'.length);
    return `${name} = ${renderValue(each)}`;
  });
  return `{ ${entries.join(', ')} }`;
}

function leftOvers(draft: Draft): readonly (readonly string[])[] {
  const block = (title: string, fate: Finding['fate']): readonly string[] => {
    const found = draft.findings().filter((each) => each.fate === fate);
    return found.length === 0
      ? []
      : [`# ${title}`, ...found.flatMap((each) => comment(describeFinding(each), '#  '))];
  };
  return [block('Not carried over:', 'lost'), block('Not needed:', 'needless')];
}
