// The examples of the worker wire that both languages are tested with.
import { readFileSync } from 'node:fs';

interface Vector {
  readonly name: string;
  readonly channel: 'lane' | 'control' | 'fork-server' | 'attached' | 'meeting';
  readonly direction: 'to-worker' | 'from-worker';
  readonly hex: string;
}

/** A sequence of bytes that is a frame, and what it means; which of the fields there are depends on its type. */
export interface ValidVector extends Vector {
  readonly frame: {
    readonly type: number;
    readonly flags: number;
    readonly tag: number;
    readonly payload: string;
  };
  readonly variables?: readonly (readonly [string, string])[];
  readonly rest?: string;
  readonly head?: string;
  readonly body?: string;
  readonly file?: {
    readonly device: string;
    readonly inode: string;
    readonly offset: number;
    readonly length: number;
    readonly path: string;
  };
  readonly text?: string;
  readonly block?: readonly (readonly [string, string])[];
  readonly tags?: readonly number[];
  readonly token?: string;
  readonly path?: string;
  readonly pid?: number;
  readonly exit?: { readonly code: number; readonly signal: number } | null;
}

/** A sequence of bytes that must be refused. */
export interface InvalidVector extends Vector {
  readonly reason: string;
}

const file = new URL('../../../../test/vectors/worker-wire.json', import.meta.url);

/** All of them. */
export const wireVectors = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly valid: readonly ValidVector[];
  readonly invalid: readonly InvalidVector[];
};

/** What workers say on one channel, by its name. */
export function wordsOfWorkers<V extends Vector>(
  vectors: readonly V[],
  channel: Vector['channel'],
): (readonly [name: string, vector: V])[] {
  return vectors
    .filter((vector) => vector.channel === channel && vector.direction === 'from-worker')
    .map((vector) => [vector.name, vector] as const);
}

/** The bytes of a vector. */
export function bytesOf(vector: Vector): Buffer {
  return Buffer.from(vector.hex, 'hex');
}
