// How a trace looks in a terminal.
import { describe, expect, it } from '@jest/globals';
import { TraceLines } from '../../src/cli/commands/trace-lines.ts';
import type { TraceEvent } from '../../src/control/trace-event.ts';

const EVENT: TraceEvent = {
  time: '2026-03-01T12:04:11.123Z',
  request: 7,
  protocol: 'fastcgi',
  method: 'GET',
  path: '/reports/2026',
  status: 200,
  outcome: 'complete',
  bytes: 4096,
  to: 'pool:default',
  worker: 4711,
  server: null,
  bodyMs: 0,
  queueMs: 12.4,
  firstByteMs: 3.4,
  restMs: 1234,
  clientMs: 0,
  totalMs: 1249.8,
};

describe('a line of a trace', () => {
  it('has its values below the names of the columns', () => {
    const lines = new TraceLines();
    expect(lines.heading + lines.format(EVENT)).toBe(
      [
        'TIME          STATUS  BODY    QUEUE   FIRST   REST    CLIENT  TOTAL   SENT      BY       TO                  REQUEST\n',
        '12:04:11.123  200     -       12ms    3.4ms   1.2s    -       1.2s    4.0 KiB   fastcgi  pool:default 4711   GET /reports/2026\n',
      ].join(''),
    );
  });

  it('stays below those before it where something is longer than usual', () => {
    const lines = new TraceLines();
    const long = lines.format({ ...EVENT, to: 'pool:a-very-long-name', worker: 4194304 });
    const usual = lines.format(EVENT);
    expect(usual.indexOf('GET')).toBe(long.indexOf('GET'));
  });

  it.each<[string, Partial<TraceEvent>, RegExp]>([
    ['no status', { status: 0, outcome: 'cancelled' }, /  -  .*GET \/reports\/2026 \(client gone\)$/],
    [
      'an error',
      {
        status: 503,
        outcome: 'SLUICE_QUEUE_TIMEOUT',
        error: { code: 'SLUICE_QUEUE_TIMEOUT', message: 'waited 5000 ms for a worker' },
      },
      /GET \/reports\/2026 \(SLUICE_QUEUE_TIMEOUT: waited 5000 ms for a worker\)$/,
    ],
    ['no worker', { worker: null }, / pool:default +GET/],
    ['nowhere', { to: null, worker: null }, / - +GET/],
    [
      'a server',
      { to: 'upstream:php', worker: null, server: '10.0.0.2:9000' },
      / upstream:php 10\.0\.0\.2:9000  GET/,
    ],
    [
      'a server that its route names',
      { to: 'fastcgi://10.0.0.2:9000', worker: null, server: '10.0.0.2:9000' },
      /fastcgi  fastcgi:\/\/10\.0\.0\.2:9000  GET/,
    ],
  ])('says so: %s', (_what, changes, pattern) => {
    expect(new TraceLines().format({ ...EVENT, ...changes }).trimEnd()).toMatch(pattern);
  });

  it('has nothing that a terminal would act on, and is one line', () => {
    const event = {
      ...EVENT,
      method: 'G\x1b[2J',
      path: '/a\r\n\x9b2J',
      error: { code: 'X', message: 'seen: \x07\n' },
    };
    expect(new TraceLines().format(event).slice(0, -1)).not.toMatch(/\p{Cc}/u);
  });

  it('counts what is not shown', () => {
    const lines = new TraceLines();
    expect([lines.format({ missed: 120 }), lines.format({ missed: 1 })]).toEqual([
      '… 120 requests not shown\n',
      '… 1 request not shown\n',
    ]);
  });
});
