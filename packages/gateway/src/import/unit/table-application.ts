// Members of applications of Unit.
import { join } from 'node:path';
import { differs, Left, lost, needless, same, type Option, type Row } from '../option.ts';
import { inWords, positiveOf, textOf, wholeOf } from '../values.ts';
import type { ApplicationContext } from './facts.ts';

/** Members of an application, and of a target. */
export const applicationRows: readonly Row<ApplicationContext>[] = [
  needless('type', 'Python is all there is'),
  same('module', '`target`', (option, context) => {
    textOf(option);
    context.module = option;
  }),
  same('callable', '`target`, behind the colon', (option, context) => {
    textOf(option);
    context.callable = option;
  }),
  same('factory', '`target`, with `()`', (option, context) => {
    if (option.value !== true) throw new Left('needless', 'it is off');
    context.factory = option;
  }),
  differs(
    'path',
    '`directory`; `environment.PYTHONPATH` if there are several, or a working_directory',
    'it is the working directory too',
    (option, context) => {
      const value = textsOf(option);
      if (value.length > 0) context.paths = { value, option };
    },
  ),
  same('working_directory', '`directory`', (option, { app }) => app.set('directory', textOf(option), option)),
  differs(
    'home',
    '`python`',
    'the gateway starts the interpreter that is there, instead of the one Unit was built with',
    (option, { app }) => app.set('python', join(textOf(option), 'bin/python'), option),
  ),
  same('environment', '`environment`', (option, { app }) => {
    const { value } = option;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Left('lost', `${inWords(value)} are no variables`);
    for (const [name, each] of Object.entries(value)) {
      if (typeof each !== 'string') throw new Left('lost', `${inWords(value)} are no variables`);
      app.put('environment', name, each, option);
    }
  }),
  same('prefix', '`mount` of a `[[route]]`', (option, context) => {
    textOf(option);
    context.prefix = option;
  }),
  differs('protocol', 'nothing', 'Sluice serves WSGI applications, not ASGI', ({ value }) => {
    if (value === 'wsgi') throw new Left('needless', 'WSGI is all there is');
    throw new Left('lost', 'Sluice serves WSGI applications, not ASGI');
  }),
  differs('targets', '`[pool.NAME]` for each', 'every target has processes of its own', () => undefined),
  same('threads', '`threads`', (option, { pool }) => pool.set('threads', positiveOf(option), option)),
  lost('thread_stack_size', 'set it in the application'),
  same(['processes', 'processes.max'], '`processes`', (option, { processes }) => {
    processes.max = positiveOf(option);
    if (option.name === 'processes') processes.spare = processes.max;
    processes.options.push(option);
  }),
  differs(
    'processes.spare',
    '`processes.min`',
    'at least one process stays; one more is started while requests wait for a free thread',
    (option, { processes }) => {
      processes.spare = wholeOf(option);
      processes.options.push(option);
    },
  ),
  same('processes.idle_timeout', '`shrink_after`', (option, { pool }) =>
    pool.set('shrink_after', `${positiveOf(option)}s`, option),
  ),
  differs(
    'limits.timeout',
    '`request_timeout`',
    'the client gets a 504, and the log the stacks of all threads; Unit says 503',
    (option, context) => {
      const value = positiveOf(option);
      context.hasTimeout = true;
      context.pool.set('request_timeout', `${value}s`, option);
    },
  ),
  same('limits.requests', '`recycle.requests`', (option, { pool }) =>
    pool.set('recycle.requests', positiveOf(option), option),
  ),
  needless('limits.shm', 'there is no shared memory'),
  same('user', '`app.user`', (option, context) => setUser('user', option, context)),
  same('group', '`app.group`', (option, context) => setUser('group', option, context)),
  lost('isolation*', 'use the unit that sluice config systemd prints'),
  lost(['stdout', 'stderr'], 'what the application prints is in the log of the gateway, on standard error'),
];

/** A text, or a list of such. */
export function textsOf({ value }: Option): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return list.map((each) => {
    if (typeof each !== 'string') throw new Left('lost', `${inWords(value)} is not a list of texts`);
    return each;
  });
}

// The gateway becomes one user for all its workers.
function setUser(key: 'user' | 'group', option: Option, { draft }: ApplicationContext): void {
  const app = draft.at('app');
  const value = textOf(option);
  const present = app.get(key);
  if (present !== undefined && present !== value)
    throw new Left(
      'lost',
      `all applications of a gateway run as one ${key}, here ${inWords(present as string)}`,
    );
  app.set(key, value, option);
}
