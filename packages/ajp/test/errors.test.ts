import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { AJP_ERRORS, AjpError } from '../src/errors.ts';

describe('the error codes', () => {
  it('are all in the README, and the README has no others', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const documented = [...readme.matchAll(/^\| `(AJP_\w+)` +\|/gm)].map(([, code]) => code);
    expect(documented).toEqual(Object.keys(AJP_ERRORS));
  });
});

describe('AjpError', () => {
  it('carries the facts of its code, and the cause', () => {
    const cause = new Error('socket');
    const error = new AjpError('AJP_TIMEOUT', 'late', { cause, retriable: true });
    expect(error).toMatchObject({
      fault: 'io',
      scope: 'connection',
      statusHint: 504,
      retriable: true,
      cause,
    });
    expect(new AjpError('AJP_ABORTED', 'x')).toMatchObject({ retriable: false });
  });
});
