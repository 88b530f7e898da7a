// Writes name-value pairs and PARAMS records. A pair is never cut in two: several applications cannot read that.
import { FastCgiError } from './errors.ts';
import { encodeTextParams } from './params-text.ts';
import { pairLength, ParamsWriter, writePairLength } from './params-writer.ts';

/** A variable to send. Text is written as latin-1; bytes are sent as they are. */
export type ParamPair = readonly [name: string, value: string | Uint8Array];

const LATIN1_ONLY = /^[\0-\xff]*$/;

/** Encodes pairs one after another, without records. Throws FCGI_PARAM_INVALID for text that is not latin-1. */
export function encodePairs(pairs: Iterable<ParamPair>): Buffer {
  const list = [...pairs];
  let length = 0;
  for (const [name, value] of list) length += pairLength(name.length, value.length);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const [name, value] of list) at = writePair(bytes, at, name, value);
  return bytes;
}

/**
 * Encodes a whole PARAMS stream, its end included. Everything goes into one record if it fits 65528 bytes, otherwise
 * into several, each with whole pairs. Throws FCGI_PAIR_TOO_LONG for a pair that fits no record, FCGI_PARAM_INVALID for
 * an empty name or text that is not latin-1.
 */
export function encodeParams(requestId: number, pairs: Iterable<ParamPair>): Buffer {
  const list: readonly ParamPair[] = Array.isArray(pairs) ? pairs : [...pairs];
  return encodeTextParams(requestId, list) ?? encodeAnyParams(requestId, list);
}

function encodeAnyParams(requestId: number, pairs: readonly ParamPair[]): Buffer {
  const writer = new ParamsWriter(requestId);
  for (const [name, value] of pairs) {
    const at = writer.makeRoom(name.length, value.length);
    writePair(writer.memory, at, name, value);
  }
  return writer.finish();
}

function writePair(target: Buffer, at: number, name: string, value: string | Uint8Array): number {
  const nameAt = writePairLength(target, writePairLength(target, at, name.length), value.length);
  const valueAt = nameAt + writeLatin1(target, nameAt, name);
  if (typeof value === 'string') return valueAt + writeLatin1(target, valueAt, value);
  target.set(value, valueAt);
  return valueAt + value.length;
}

function writeLatin1(target: Buffer, at: number, text: string): number {
  if (!LATIN1_ONLY.test(text)) {
    throw new FastCgiError(
      'FCGI_PARAM_INVALID',
      'a variable holds a character outside latin-1; encode it to bytes first',
    );
  }
  return target.write(text, at, 'latin1');
}
