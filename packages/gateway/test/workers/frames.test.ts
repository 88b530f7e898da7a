// The frames the gateway sends, byte for byte.
import { describe, expect, it } from '@jest/globals';
import { encodeFrame, encodeHeader, encodeRequestStart } from '../../src/backends/workers/frames.ts';
import { Variables } from '../../src/exchange/variables.ts';
import { bytesOf, wireVectors } from '../helpers/wire-vectors.ts';

const sent = wireVectors.valid.map((vector) => [vector.name, vector] as const);
const requests = sent.filter(([, { variables }]) => variables !== undefined);

describe('encodeFrame', () => {
  it.each(sent)('gives exactly the bytes of: %s', (_name, vector) => {
    const { type, flags, tag, payload } = vector.frame;
    const bytes = Buffer.from(payload, 'hex');
    expect(encodeFrame(type, flags, tag, bytes)).toEqual(bytesOf(vector));
    const header = encodeHeader(type, flags, tag, bytes.length);
    expect(Buffer.concat([header, bytes])).toEqual(bytesOf(vector));
  });
});

describe('encodeRequestStart', () => {
  it.each(requests)('gives exactly the bytes of: %s', (_name, vector) => {
    const { flags, tag } = vector.frame;
    const rest = Buffer.from(vector.rest ?? '', 'hex');
    const start = encodeRequestStart(tag, flags, Variables.from(vector.variables ?? []), rest.length);
    expect(Buffer.concat([start, rest])).toEqual(bytesOf(vector));
  });

  it.each(requests)('gives them too if the last variable was added by the gateway: %s', (_name, vector) => {
    const { flags, tag } = vector.frame;
    const pairs = vector.variables ?? [];
    const variables = Variables.from(pairs.slice(0, -1)).with(Object.fromEntries(pairs.slice(-1)));
    const rest = Buffer.from(vector.rest ?? '', 'hex');
    const start = encodeRequestStart(tag, flags, variables, rest.length);
    expect(Buffer.concat([start, rest])).toEqual(bytesOf(vector));
  });
});
