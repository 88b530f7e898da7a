// Which protocols `sluice decode` knows, and how their bytes begin.
import type { Line } from './line.ts';

/** Says what bytes mean, one piece after another. Throws a `DecodeError` at the first that is not well formed. */
export type Decoder = (bytes: Buffer) => Generator<Line>;

/** A protocol, as one side speaks it. */
interface Known {
  readonly begins: (bytes: Buffer) => boolean;
  readonly load: () => Promise<Decoder>;
}

const startsWith =
  (...first: readonly number[]) =>
  (bytes: Buffer): boolean =>
    first.every((byte, at) => bytes[at] === byte);

/** By the name that `--as` takes. Only one of them is loaded. */
export const decoders: Readonly<Record<string, Known>> = {
  fastcgi: {
    begins: (bytes) => bytes[0] === 1 && (bytes[1] ?? 0) >= 1 && (bytes[1] ?? 0) <= 11,
    load: async () => (await import('./fastcgi.ts')).decodeFastCgi,
  },
  'ajp-request': {
    begins: startsWith(0x12, 0x34),
    load: async () => (await import('./ajp.ts')).decodeAjpRequests,
  },
  'ajp-response': {
    begins: startsWith(0x41, 0x42),
    load: async () => (await import('./ajp.ts')).decodeAjpResponses,
  },
  scgi: {
    begins: (bytes) => /^[1-9]\d{0,6}:/.test(bytes.toString('latin1', 0, 8)),
    load: async () => (await import('./dialects.ts')).decodeScgi,
  },
  uwsgi: {
    begins: (bytes) => bytes[0] === 0 && bytes[3] === 0,
    load: async () => (await import('./dialects.ts')).decodeUwsgi,
  },
};
