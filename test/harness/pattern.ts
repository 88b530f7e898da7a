// Bodies that show when bytes were lost, doubled or moved: the same pattern as in `apps/echoes.py`.
import { createHash, type Hash } from 'node:crypto';
import type { RequestBody } from './http.ts';

/** 65511 bytes; a length prime to every buffer size, so that shifts show. */
export const PATTERN: Buffer = Buffer.alloc(
  251 * 261,
  Uint8Array.from({ length: 251 }, (_, index) => index),
);

/** A body of the pattern, sent with its length, as often as it is asked for. */
export function patternBody(sizeBytes: number): RequestBody {
  return { sizeBytes, blocks: { [Symbol.iterator]: () => patternBlocks(sizeBytes) } };
}

/** The pattern over and over, up to a size. */
export function* patternBlocks(sizeBytes: number): Generator<Buffer, void, undefined> {
  for (let sent = 0; sent < sizeBytes; sent += PATTERN.length) yield PATTERN.subarray(0, sizeBytes - sent);
}

/** SHA-256 of the pattern up to a size, in hexadecimal. */
export function patternDigest(sizeBytes: number): string {
  const hash: Hash = createHash('sha256');
  for (const block of patternBlocks(sizeBytes)) hash.update(block);
  return hash.digest('hex');
}

/** SHA-256 in hexadecimal. */
export function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
