// [pool.NAME]: worker processes and the queue in front of them.
import { processRange } from '../kinds/process-range.ts';
import { duration } from '../kinds/quantity.ts';
import { integer } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { PoolConfig } from '../types.ts';

/** The settings of each `[pool.NAME]`. Their flags apply to the pool `default`. */
export const poolSettings: SettingsOf<PoolConfig> = {
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
      'Requests handed to a busy thread ahead of time, which saves a wake-up for each quick request. 0 turns it off.',
  },
  recallAfterMs: {
    key: 'recall_after',
    kind: duration('1ms', '10s'),
    fallback: { state: 'value', toml: '5ms' },
    flag: 'recall-after',
    prose:
      'When a request has run this long, those handed ahead behind it are taken back and go to a free thread.',
  },
};
