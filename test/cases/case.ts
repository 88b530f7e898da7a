// One row of the behaviour table, and how a plain row (request in, response out) is written.
import { expect } from '@jest/globals';
import { exchange, headerValues, json, text, type HttpRequest, type HttpResponse } from '../harness/http.ts';
import type { AnyFront, Traits } from '../paths/path.ts';

/** A behaviour that holds on every path, unless `appliesTo` says otherwise. */
export interface Case {
  readonly name: string;
  readonly run: (front: AnyFront) => Promise<void>;
  readonly appliesTo?: (traits: Traits) => boolean;
  /** What the servers may log about it, at warn and above. */
  readonly logs?: readonly RegExp[];
}

/** What a response must be. What is not named is not looked at, but a response must always be complete. */
export interface Expected {
  readonly status: number;
  /** All values of each header, in order. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly text?: string;
  /** Matched as a part of the JSON body. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** See {@link Case.logs}. */
  readonly logs?: readonly RegExp[];
  /** Anything else. */
  readonly also?: (response: HttpResponse) => void;
}

/** A row: a request, and the response it must get. */
export function row(
  name: string,
  request: HttpRequest | ((front: AnyFront) => HttpRequest),
  expected: Expected,
): Case {
  return {
    name,
    ...(expected.logs ? { logs: expected.logs } : {}),
    run: async (front) => {
      const response = await exchange(
        front.address,
        typeof request === 'function' ? request(front) : request,
      );
      expectResponse(response, expected);
    },
  };
}

/** Compares a response with what it must be. */
export function expectResponse(response: HttpResponse, expected: Expected): void {
  // One comparison first, so that a failure shows what came instead.
  const seen = {
    status: response.status,
    isComplete: response.isComplete,
    body: text(response).slice(0, 2000),
  };
  expect(seen).toMatchObject({ status: expected.status, isComplete: true });
  for (const [name, values] of Object.entries(expected.headers ?? {})) {
    expect({ [name]: headerValues(response, name) }).toEqual({ [name]: values });
  }
  if (expected.text !== undefined) expect(text(response)).toBe(expected.text);
  if (expected.json) expect(json(response)).toMatchObject(expected.json);
  expected.also?.(response);
}

/** The path still serves. */
export async function expectHealthy(front: Pick<AnyFront, 'address'>): Promise<void> {
  expectResponse(await exchange(front.address, { target: '/hello' }), { status: 200, text: 'hello\n' });
}
