import { describe, expect, it } from '@jest/globals';
import { AjpError } from '@sluice/ajp';
import { Refusals } from '../../src/fronts/ajp-refusals.ts';

const wrongSecret = new AjpError('AJP_WRONG_SECRET', 'no secret sent');
const badMagic = new AjpError('AJP_BAD_MAGIC', 'magic 4745');

describe('what is told of refusals', () => {
  it('is the first of each kind, with what to do about it', () => {
    const refusals = new Refusals();
    const told = refusals.note(wrongSecret, 0);
    expect(told).toMatchObject({ code: 'AJP_WRONG_SECRET', untold: 0 });
    for (const hint of [
      /^no secret sent; /,
      /secret_file/,
      /ProxyPass/,
      /worker\.NAME\.secret/,
      /AJP13_SECRET/,
    ])
      expect(told?.message).toMatch(hint);
    const message = 'magic 4745; does whoever connects here speak AJP?';
    expect(refusals.note(badMagic, 0)).toEqual({ code: 'AJP_BAD_MAGIC', message, untold: 0 });
  });

  it('names the setting that lets an attribute in', () => {
    const error = new AjpError('AJP_FORBIDDEN_ATTRIBUTE', 'request attribute "x" is not allowed');
    expect(new Refusals().note(error, 0)?.message).toContain('allowed_attributes');
  });

  it('leaves out more of the same for ten seconds, and then says how many there were', () => {
    const refusals = new Refusals();
    refusals.note(wrongSecret, 1000);
    expect(refusals.note(wrongSecret, 1001)).toBeNull();
    expect(refusals.note(wrongSecret, 10_999)).toBeNull();
    expect(refusals.note(wrongSecret, 11_000)).toMatchObject({ untold: 2 });
    expect(refusals.note(wrongSecret, 21_000)).toMatchObject({ untold: 0 });
  });

  it('is nothing where a client or the network broke off', () => {
    const refusals = new Refusals();
    for (const code of ['AJP_CONNECTION_CLOSED', 'AJP_BODY_INCOMPLETE'] as const)
      expect(refusals.note(new AjpError(code, 'gone'), 0)).toBeNull();
  });
});
