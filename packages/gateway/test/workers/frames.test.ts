// The frames the gateway sends, byte for byte.
import { describe, expect, it } from '@jest/globals';
import { encodeFrame, encodeRequest } from '../../src/backends/workers/frames.ts';
import { Variables } from '../../src/exchange/variables.ts';
import { bytesOf, wireVectors } from '../helpers/wire-vectors.ts';

const sent = wireVectors.valid.map((vector) => [vector.name, vector] as const);
const requests = sent.filter(([, { variables }]) => variables !== undefined);

describe('encodeFrame', () => {
  it.each(sent)('gives exactly the bytes of: %s', (_name, vector) => {
    const { type, flags, tag, payload } = vector.frame;
    expect(encodeFrame(type, flags, tag, Buffer.from(payload, 'hex'))).toEqual(bytesOf(vector));
  });
});

describe('encodeRequest', () => {
  it.each(requests)('gives exactly the bytes of: %s', (_name, vector) => {
    const { flags, tag } = vector.frame;
    const rest = Buffer.from(vector.rest ?? '', 'hex');
    expect(encodeRequest(tag, flags, Variables.from(vector.variables ?? []), rest)).toEqual(bytesOf(vector));
  });

  it.each(requests)('gives them too if the last variable was added by the gateway: %s', (_name, vector) => {
    const { flags, tag } = vector.frame;
    const pairs = vector.variables ?? [];
    const variables = Variables.from(pairs.slice(0, -1)).with(Object.fromEntries(pairs.slice(-1)));
    const rest = Buffer.from(vector.rest ?? '', 'hex');
    expect(encodeRequest(tag, flags, variables, rest)).toEqual(bytesOf(vector));
  });
});
