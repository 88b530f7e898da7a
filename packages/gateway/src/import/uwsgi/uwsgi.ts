// uWSGI: ini files.
import { dirname } from 'node:path';
import { Draft } from '../draft.ts';
import { findRow, type Row, type TextOption } from '../option.ts';
import { ImportError, type ImportHost, type Source, type SourceFile } from '../source.ts';
import { composeUwsgi } from './compose.ts';
import { UwsgiFacts } from './facts.ts';
import { readIni } from './ini.ts';
import { appRows } from './table-app.ts';
import { poolRows } from './table-pool.ts';
import { systemRows } from './table-system.ts';
import { otherRows, socketRows } from './table-web.ts';
import { referredNames, replaceVariables, variablesOf } from './variables.ts';

const rows: readonly Row<UwsgiFacts>[] = [
  ...appRows,
  ...poolRows,
  ...socketRows,
  ...otherRows,
  ...systemRows,
];

/** uWSGI. */
export const uwsgi: Source = {
  key: 'uwsgi',
  name: 'uWSGI',
  files: /\.ini(:[^/]*)?$|uwsgi[^/]*\.(xml|ya?ml)$/,
  prose:
    'An ini file; `uwsgi.ini:SECTION` reads another section than `[uwsgi]`. `%d`, `%n` and the others of their kind, `%k` and `%(name)` are replaced; what comes from the environment (`$(NAME)`) is not carried over, and neither are options between `if-...` and `endif`. Files in XML, YAML or JSON are refused: write the options as ini.',
  groups: [
    { title: 'Application', rows: appRows },
    { title: 'Processes', rows: poolRows },
    { title: 'Sockets and requests', rows: socketRows },
    { title: 'Files and logs', rows: otherRows },
    { title: 'Machine and program', rows: systemRows },
  ],
  read: (file, host) => Promise.resolve(readUwsgi(file, host)),
};

function readUwsgi(file: SourceFile, { coresCount }: ImportHost): Draft {
  refuseOtherFormats(file);
  const written = readIni(file);
  const variables = variablesOf(file, written, coresCount);
  const draft = new Draft();
  const facts = new UwsgiFacts(draft, dirname(file.path));
  const referred = referredNames(written);
  let depth = 0;
  for (const option of written) {
    if (/^(if|for)/.test(option.name)) depth += 1;
    const isConditional = depth > 0;
    if (/^end-?(if|for)$/.test(option.name)) depth = Math.max(0, depth - 1);
    if (isConditional) draft.note(option, 'lost', 'it holds under a condition that only uWSGI knows');
    // Any name can be a variable for others to refer to.
    else if (referred.has(option.name) && findRow(rows, option.name) === undefined)
      draft.note(option, 'needless', 'it only stands for a value of other options');
    else carryReplaced(option, draft, facts, variables);
  }
  composeUwsgi(facts);
  return draft;
}

function carryReplaced(
  option: TextOption,
  draft: Draft,
  facts: UwsgiFacts,
  variables: ReturnType<typeof variablesOf>,
): void {
  let value = option.value;
  const row = findRow(rows, option.name);
  if (row !== undefined && 'carry' in row) {
    let isKnown = false;
    draft.attempt(option, () => {
      value = replaceVariables(option.value, variables);
      isKnown = true;
    });
    if (!isKnown) return;
  }
  draft.carry([{ ...option, value }], rows, facts);
}

function refuseOtherFormats({ name, text }: SourceFile): void {
  const start = text.trimStart();
  const format = start.startsWith('<')
    ? 'XML'
    : start.startsWith('{')
      ? 'JSON'
      : /\.ya?ml$/.test(name) || /^uwsgi:\s*$/m.test(text)
        ? 'YAML'
        : null;
  if (format === null) return;
  throw new ImportError(
    `${name}: it is ${format}, and only uWSGI's ini files are read; write its options as "name = value" lines below [uwsgi]`,
  );
}
