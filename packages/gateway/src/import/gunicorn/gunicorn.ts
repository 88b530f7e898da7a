// gunicorn: configuration files, which are Python.
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { Draft } from '../draft.ts';
import { findRow, type Literal, type Option, type Row } from '../option.ts';
import type { ImportHost, Source, SourceFile } from '../source.ts';
import { composeGunicorn } from './compose.ts';
import { GunicornFacts } from './facts.ts';
import { appRows, hookRows, poolRows } from './table-app.ts';
import { logRows, socketRows } from './table-web.ts';

const rows: readonly Row<GunicornFacts>[] = [...appRows, ...poolRows, ...socketRows, ...logRows, ...hookRows];

/** gunicorn. */
export const gunicorn: Source = {
  key: 'gunicorn',
  name: 'gunicorn',
  files: /\.py$/,
  prose:
    'A configuration file such as `gunicorn.conf.py`. It is read by the Python of the application, 3.9 or later, and not run: literals, names, operators, text methods, `os.path`, `pathlib` and the number of processors are worked out; what comes from the environment counts as not set. With `--run` the file is run, as gunicorn does, for the values that only that tells. Settings of the command line are not in the file. Other names that it assigns are left alone.',
  groups: [
    { title: 'Application', rows: appRows },
    { title: 'Processes', rows: poolRows },
    { title: 'Sockets and requests', rows: socketRows },
    { title: 'Logs', rows: logRows },
    { title: 'Hooks', rows: hookRows },
  ],
  read: readGunicorn,
};

const texts = z.array(z.string());

/** What the program that reads Python prints. */
const answer = z.object({
  names: z.array(
    z.intersection(
      z.object({ name: z.string(), line: z.number() }),
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('value'), value: z.json(), notes: texts, missing: texts }),
        z.object({ kind: z.literal('function') }),
        z.object({ kind: z.literal('unknown'), why: z.string() }),
      ]),
    ),
  ),
  stars: z.array(z.object({ line: z.number(), module: z.string() })),
});

type Assigned = z.infer<typeof answer>['names'][number];

async function readGunicorn({ name, path }: SourceFile, host: ImportHost): Promise<Draft> {
  const { names, stars } = answer.parse(JSON.parse(await host.readPython(path)));
  const draft = new Draft();
  const facts = new GunicornFacts(draft, dirname(path));
  for (const { line, module } of host.isPythonRun ? [] : stars) {
    const option: Option = { name: 'import', value: '*', file: name, line };
    draft.note(option, 'lost', `what ${module} says is not looked at; give --run, or import that file too`);
  }
  for (const assigned of names) carryAssigned(assigned, name, draft, facts);
  composeGunicorn(facts);
  return draft;
}

function carryAssigned(assigned: Assigned, file: string, draft: Draft, facts: GunicornFacts): void {
  const row = findRow(rows, assigned.name);
  if (row === undefined) return;
  const value: Literal = assigned.kind === 'value' ? assigned.value : '(not known)';
  const option: Option = { name: assigned.name, value, file, line: assigned.line };
  if (assigned.kind !== 'value' && 'carry' in row) {
    draft.note(option, 'lost', assigned.kind === 'function' ? 'it is a function' : assigned.why);
    return;
  }
  draft.carry([option], rows, facts);
  if (assigned.kind !== 'value' || assigned.notes.length + assigned.missing.length === 0) return;
  const finding = draft.findingOf(option);
  if (finding?.fate !== 'same' && finding?.fate !== 'differs') return;
  const { notes, missing } = assigned;
  const words = [...missing, ...notes, finding.note].filter(Boolean).join('; ');
  draft.note(option, missing.length > 0 ? 'lost' : 'differs', words);
}
