import { describe, expect, it } from '@jest/globals';
import {
  formatAnswer,
  formatRequest,
  parseAnswer,
  parseRequest,
  type ControlRequest,
  type TraceRequest,
} from '../../src/control/protocol.ts';

const requests: readonly (ControlRequest | TraceRequest)[] = [
  { command: 'status' },
  { command: 'reload' },
  { command: 'scale', pool: 'reports', processes: { min: 1, max: 4 } },
  { command: 'drain' },
  { command: 'stop', isNow: true },
  { command: 'trace', path: '/reports', slowerThanMs: 500, status: ['5xx', '404', 'none'] },
];

describe('a control request', () => {
  it.each(requests)('comes out as it went in: $command', (request) => {
    const line = formatRequest(request);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(parseRequest(line)).toEqual({ value: { version: 1, ...request } });
  });

  it('may leave out what has a default', () => {
    const value = { version: 1, command: 'scale', pool: 'default', processes: { min: 2, max: 2 } };
    const sent = '{"version":1,"command":"scale","processes":{"min":2,"max":2}}';
    expect(parseRequest(sent)).toEqual({ value });
    expect(parseRequest('{"version":1,"command":"stop"}')).toMatchObject({ value: { isNow: false } });
    expect(parseRequest('{"version":1,"command":"trace"}')).toEqual({
      value: { version: 1, command: 'trace', path: null, slowerThanMs: 0, status: [] },
    });
  });

  it.each([
    ['is no JSON', 'status', /not JSON/],
    ['has another version', '{"version":2,"command":"status"}', /speaks version 1/],
    ['has no version', '{"command":"status"}', /speaks version 1/],
    ['has a command that does not exist', '{"version":1,"command":"explode"}', /no such command/],
    ['has a field that does not exist', '{"version":1,"command":"status","all":true}', /all/],
    ['traces a status that is none', '{"version":1,"command":"trace","status":["6xx"]}', /status/],
    ['scales to nothing', '{"version":1,"command":"scale","processes":{"min":0,"max":0}}', /min/],
    [
      'scales to a range that is none',
      '{"version":1,"command":"scale","processes":{"min":3,"max":2}}',
      /more/,
    ],
  ])('is refused with the reason if it %s', (_what, line, reason) => {
    expect(parseRequest(line)).toEqual({ reason: expect.stringMatching(reason) });
  });
});

describe('a control answer', () => {
  it('comes out as it went in', () => {
    const result = { pools: [] };
    expect(parseAnswer(formatAnswer({ result }))).toEqual({ value: { version: 1, ok: true, result } });
    const error = 'there is no pool x';
    expect(parseAnswer(formatAnswer({ error }))).toEqual({ value: { version: 1, ok: false, error } });
  });
});
