import { describe, expect, it } from '@jest/globals';
import { errorPage } from '../../src/exchange/error-page.ts';
import { FAILURES, GatewayError, type FailureCode } from '../../src/exchange/errors.ts';

const codes = Object.keys(FAILURES) as FailureCode[];
const secret = new GatewayError('SLUICE_APPLICATION_FAILED', 'secret message', {
  detail: 'File "/srv/<app>.py", line 1 & more',
});
const bodyOf = (error: GatewayError, accept: string, showDetail?: boolean): string =>
  errorPage(error, accept, showDetail).body.toString();

describe('an error page', () => {
  it.each(codes)('of %s is complete, and has the status, title and length it says', (code) => {
    for (const accept of ['', 'application/json']) {
      const { head, body } = errorPage(new GatewayError(code, 'why'), accept);
      expect(head.status).toBe(FAILURES[code].status);
      expect(head.reason).toBe(FAILURES[code].title);
      expect(head.get('content-length')).toBe(String(body.length));
      expect(head.get('cache-control')).toBe('no-store');
      expect(body.toString()).toContain(FAILURES[code].text);
    }
  });

  it.each(codes)('of %s says when to try again, if and only if it is a 503', (code) => {
    const { head } = errorPage(new GatewayError(code, 'why'), '');
    expect(head.get('retry-after')).toBe(head.status === 503 ? '1' : undefined);
  });

  it.each<[string, string, string]>([
    ['HTML by default', '', 'text/html; charset=utf-8'],
    ['HTML for anything', '*/*', 'text/html; charset=utf-8'],
    ['HTML for a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['HTML if both will do', 'application/json, text/html', 'text/html; charset=utf-8'],
    ['JSON for a program', 'application/json', 'application/json'],
    ['JSON for a kind of JSON', 'application/problem+json', 'application/json'],
  ])('is %s', (_name, accept, type) => {
    expect(errorPage(secret, accept).head.get('content-type')).toBe(type);
  });

  it.each(['', 'application/json'])(
    'says nothing of what happened, unless it was asked to (Accept: %s)',
    (accept) => {
      expect(bodyOf(secret, accept)).not.toMatch(/secret|srv/);
      expect(bodyOf(secret, accept, false)).not.toMatch(/secret|srv/);
      expect(bodyOf(secret, accept, true)).toMatch(/secret message[^]*srv/);
    },
  );

  it('escapes what it shows', () => {
    expect(bodyOf(secret, '', true)).toContain('/srv/&lt;app&gt;.py"');
    expect(bodyOf(secret, '', true)).toContain('line 1 &amp; more');
    const script = new GatewayError('SLUICE_BAD_REQUEST', '</pre><script>alert(1)</script>');
    expect(bodyOf(script, '', true)).not.toContain('<script>');
  });

  it('is JSON that a program can read', () => {
    const page: unknown = JSON.parse(bodyOf(secret, 'application/json', true));
    expect(page).toEqual({
      status: 500,
      title: 'Internal Server Error',
      text: FAILURES.SLUICE_APPLICATION_FAILED.text,
      code: 'SLUICE_APPLICATION_FAILED',
      detail: 'secret message\n\nFile "/srv/<app>.py", line 1 & more',
    });
  });
});
