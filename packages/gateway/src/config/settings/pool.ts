// [pool.NAME]: worker processes and the queue in front of them.
import { environmentTable } from '../kinds/environment.ts';
import { pathList } from '../kinds/path-list.ts';
import { processRange } from '../kinds/process-range.ts';
import { duration, size } from '../kinds/quantity.ts';
import { integer, text, toggle } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { PoolConfig } from '../types.ts';

/** The settings of each `[pool.NAME]`. Their flags apply to the pool `default`. */
export const poolSettings: SettingsOf<PoolConfig> = {
  target: {
    key: 'target',
    kind: text('target', 'module:callable, module:factory() or a file path', ['reports.wsgi:application']),
    fallback: { state: 'none', prose: 'that of `[app]`' },
    flag: null,
    prose:
      'An application of its own for this pool, written as `app.target`. So several applications run in one gateway, each in processes of its own; routes lead to them. Not for the pool `default`, whose application is `[app]`.',
  },
  directory: {
    key: 'directory',
    kind: text('path', 'the path of a directory', ['/srv/reports']),
    fallback: { state: 'none', prose: 'that of `[app]`' },
    flag: null,
    prose:
      'The directory its application runs in and imports from. A relative path begins at the directory of the configuration file.',
  },
  python: {
    key: 'python',
    kind: text('path', 'the path or the name of a Python interpreter', ['.venv/bin/python', 'python3.12']),
    fallback: {
      state: 'none',
      prose: '`.venv` in the `directory` of the pool if there is one, else the interpreter of `[app]`',
    },
    flag: null,
    prose:
      'The interpreter of its workers. A relative path begins at the `directory` of the pool; a name without a slash is looked up in `PATH`.',
  },
  environment: {
    key: 'environment',
    kind: environmentTable,
    fallback: { state: 'value', toml: {} },
    flag: null,
    prose: 'Environment variables of its workers, on top of those of `[app]`.',
  },
  processes: {
    key: 'processes',
    kind: processRange,
    fallback: {
      state: 'computed',
      prose: 'one per core',
      compute: ({ coresCount }) => ({ min: coresCount, max: coresCount }),
    },
    flag: 'processes',
    prose:
      'Worker processes. With two numbers there are more while requests wait for a free thread, and fewer again when some have been idle.',
  },
  shrinkAfterMs: {
    key: 'shrink_after',
    kind: duration('1s', '24h'),
    fallback: { state: 'value', toml: '30s' },
    flag: 'shrink-after',
    prose: 'How long a process over the minimum of `processes` may be idle before it ends.',
  },
  memoryBudgetBytes: {
    key: 'memory',
    kind: size('1MiB', '64TiB'),
    fallback: { state: 'none', prose: 'no limit' },
    flag: 'memory',
    prose:
      'Memory for all processes of the pool together: no further one is started where they would have more, if it becomes as large as the largest is. Nothing is ended because of it.',
  },
  recycleRequests: {
    key: 'recycle.requests',
    kind: integer(1, 1_000_000_000),
    fallback: { state: 'none', prose: 'never' },
    flag: 'recycle-requests',
    prose:
      'Replace a process after about so many requests, for applications that leak. One process at a time, and only when the new one is ready; each has a limit of its own, up to a tenth lower, so that they do not all come at once. This goes for the other `recycle` settings too.',
  },
  recycleAgeMs: {
    key: 'recycle.age',
    kind: duration('1s', '8760h'),
    fallback: { state: 'none', prose: 'never' },
    flag: 'recycle-age',
    prose: 'Replace a process of this age.',
  },
  recycleMemoryBytes: {
    key: 'recycle.memory',
    kind: size('1MiB', '64TiB'),
    fallback: { state: 'none', prose: 'never' },
    flag: 'recycle-memory',
    prose: 'Replace a process with this much resident memory.',
  },
  isPreloaded: {
    key: 'preload',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'preload',
    prose:
      'Import the application once and fork the processes from there: they share its memory, and a new one is ready at once. Threads and connections that the application opens while it is imported do not survive that.',
  },
  threads: {
    key: 'threads',
    kind: integer(1, 256),
    fallback: { state: 'value', toml: 1 },
    flag: 'threads',
    prose: 'Threads of each worker process. Each runs one request at a time.',
  },
  queueLength: {
    key: 'queue.length',
    kind: integer(0, 1_000_000),
    fallback: { state: 'value', toml: 128 },
    flag: 'queue-length',
    prose: 'Requests that may wait for a free thread. The next one is answered with 503 at once.',
  },
  queueTimeoutMs: {
    key: 'queue.timeout',
    kind: duration('1ms', '1h'),
    fallback: { state: 'value', toml: '5s' },
    flag: 'queue-timeout',
    prose: 'How long a request may wait for a free thread. At that moment it is answered with 503.',
  },
  requestTimeoutMs: {
    key: 'request_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'value', toml: '60s' },
    flag: 'request-timeout',
    prose: 'How long a request may run. Then it is answered with 504 and its worker is replaced.',
  },
  firstByteTimeoutMs: {
    key: 'first_byte_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'none', prose: 'no limit but `request_timeout`' },
    flag: 'first-byte-timeout',
    prose:
      'How long a request may run until its reply begins. Then it is answered with 504 and its worker is replaced.',
  },
  streamIdleTimeoutMs: {
    key: 'stream_idle_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'none', prose: 'no limit but `request_timeout`' },
    flag: 'stream-idle-timeout',
    prose:
      'How long a reply that has begun may be silent. Then it is aborted and its worker is replaced. Time in which the client takes nothing does not count. For endless streams, give their route a long `request_timeout` and this.',
  },
  stuckAfterMs: {
    key: 'stuck_after',
    kind: duration('100ms', '1h'),
    fallback: { state: 'value', toml: '1s' },
    flag: 'stuck-after',
    prose:
      'A worker that answers nothing for this long gets no more requests until it does, and prints its stacks to the log. That happens when native code holds the interpreter. With many dozens of threads that compute all the time, allow more.',
  },
  stuckTimeoutMs: {
    key: 'stuck_timeout',
    kind: duration('100ms', '24h'),
    fallback: { state: 'none', prose: 'three quarters of `queue.timeout`' },
    flag: 'stuck-timeout',
    prose:
      'After so long without an answer such a worker is killed, if requests wait in it that have not begun: they run elsewhere, and those that run in it are answered with 504. If none wait, only `request_timeout` counts. At most `queue.timeout`.',
  },
  startupTimeoutMs: {
    key: 'startup_timeout',
    kind: duration('100ms', '1h'),
    fallback: { state: 'value', toml: '60s' },
    flag: 'startup-timeout',
    prose: 'How long a worker may take to import the application.',
  },
  stopTimeoutMs: {
    key: 'stop_timeout',
    kind: duration('1ms', '24h'),
    fallback: { state: 'value', toml: '30s' },
    flag: 'stop-timeout',
    prose: 'How long running requests get to finish when the gateway stops.',
  },
  lookAhead: {
    key: 'look_ahead',
    kind: integer(0, 64),
    fallback: { state: 'value', toml: 8 },
    flag: 'look-ahead',
    prose:
      'Requests handed to a busy thread ahead of time at most, which saves a wake-up for each. The slower requests are, the fewer are handed ahead; of slower ones, under overload, one just before a thread is likely to be free. 0 turns it off.',
  },
  recallAfterMs: {
    key: 'recall_after',
    kind: duration('1ms', '10s'),
    fallback: { state: 'value', toml: '5ms' },
    flag: 'recall-after',
    prose:
      'When a request has run this long, or this much longer than requests of its route always take, those handed ahead behind it are taken back and go to a free thread.',
  },
  reserveLanes: {
    key: 'reserve',
    kind: integer(0, 65_536),
    fallback: {
      state: 'none',
      prose:
        'a quarter of all threads of the pool, at least 1, and up to half while quick requests keep those busy; none in a pool with fewer than 3',
    },
    flag: 'reserve',
    prose:
      'Threads that slow requests leave to quick ones, as long as those keep coming. One thread is always left to slow requests.',
  },
  slowAfterMs: {
    key: 'slow_after',
    kind: duration('1ms', '1h'),
    fallback: { state: 'value', toml: '250ms' },
    flag: 'slow-after',
    prose:
      'A request is slow if requests of its method and path have lately taken longer than this, or if it is running longer already.',
  },
  slowPaths: {
    key: 'slow_paths',
    kind: pathList,
    fallback: { state: 'none', prose: 'none' },
    flag: 'slow-path',
    prose:
      'Requests whose path begins with one of these count as slow, whatever they have taken. The longest prefix counts, here and in `quick_paths`.',
  },
  quickPaths: {
    key: 'quick_paths',
    kind: pathList,
    fallback: { state: 'none', prose: 'none' },
    flag: 'quick-path',
    prose: 'Requests whose path begins with one of these count as quick, whatever they have taken.',
  },
};
