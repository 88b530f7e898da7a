// The language of the control socket: one JSON object in a line for each request, and one for its answer, in order.
//
//   {"version":1,"command":"scale","pool":"default","processes":{"min":4,"max":4}}
//   {"version":1,"ok":true,"result":null}
//
// After the answer to `trace` comes one JSON object in a line for each event, until either side closes the connection.
//
// Fields may be added to results within a version. A change that an older reader would misunderstand is a new version.

import * as z from 'zod/mini';
import { en } from 'zod/locales';
import type { ProcessRange } from '../config/types.ts';
import type { GatewayStatus, ReloadReport } from './status.ts';
import type { TraceFilter } from './trace-event.ts';

/** The version both sides speak. */
export const CONTROL_VERSION = 1;
/** A longer request is refused; no command needs as much. */
export const REQUEST_BYTES_MAX: number = 64 * 1024;

/** A request that is answered at once, and then by events. Nothing more can be asked on its connection. */
export type TraceRequest = { readonly command: 'trace' } & TraceFilter;

/** What a client may ask for that has one answer. */
export type ControlRequest =
  | { readonly command: 'status' }
  /** The answer comes when the new code serves, or has failed to. */
  | { readonly command: 'reload' }
  | { readonly command: 'scale'; readonly pool: string; readonly processes: ProcessRange }
  /** Finishes everything that runs and waits, however long it takes, and ends. */
  | { readonly command: 'drain' }
  /** As `drain`, within `stop_timeout`; or at once. The connection is closed when the gateway has ended. */
  | { readonly command: 'stop'; readonly isNow: boolean };

/** What a command results in. */
export interface ControlResults {
  readonly status: GatewayStatus;
  readonly reload: readonly ReloadReport[];
  readonly scale: null;
  readonly drain: null;
  readonly stop: null;
}

/** The answer to a request: its result, or why there is none. */
export type ControlAnswer =
  | { readonly version: number; readonly ok: true; readonly result: unknown }
  | { readonly version: number; readonly ok: false; readonly error: string };

// Clients are told what was expected, and the small entry of zod speaks no language by itself.
z.config(en());

const range = z
  .strictObject({
    min: z.int().check(z.minimum(1), z.maximum(1024)),
    max: z.int().check(z.minimum(1), z.maximum(1024)),
  })
  .check(z.refine(({ min, max }) => min <= max, 'min is more than max'));

/** A status to trace: one, a class, or none. */
export const STATUS: RegExp = /^(?:[1-5](?:xx|\d\d)|none)$/;

const version = z.literal(CONTROL_VERSION, `this gateway speaks version ${CONTROL_VERSION}`);

const traceSchema = z.strictObject({
  version,
  command: z.literal('trace'),
  path: z._default(z.nullable(z.string()), null),
  slowerThanMs: z._default(z.number().check(z.minimum(0)), 0),
  status: z._default(z.array(z.string().check(z.regex(STATUS))), []),
});

const requestSchema: z.ZodMiniType<ControlRequest | TraceRequest> = z.discriminatedUnion(
  'command',
  [
    z.strictObject({ version, command: z.literal('status') }),
    z.strictObject({ version, command: z.literal('reload') }),
    z.strictObject({
      version,
      command: z.literal('scale'),
      pool: z._default(z.string(), 'default'),
      processes: range,
    }),
    z.strictObject({ version, command: z.literal('drain') }),
    z.strictObject({ version, command: z.literal('stop'), isNow: z._default(z.boolean(), false) }),
    traceSchema,
  ],
  'there is no such command here',
);

const answerSchema: z.ZodMiniType<ControlAnswer> = z.discriminatedUnion('ok', [
  z.object({ version, ok: z.literal(true), result: z.unknown() }),
  z.object({ version, ok: z.literal(false), error: z.string() }),
]);

/** Reads a request. The reason is a sentence for the client. */
export function parseRequest(
  line: string,
): { readonly value: ControlRequest | TraceRequest } | { readonly reason: string } {
  return parse(requestSchema, line);
}

/** Reads an answer. */
export function parseAnswer(line: string): { readonly value: ControlAnswer } | { readonly reason: string } {
  return parse(answerSchema, line);
}

/** A request as it is sent, with the end of its line. */
export function formatRequest(request: ControlRequest | TraceRequest): string {
  return `${JSON.stringify({ version: CONTROL_VERSION, ...request })}\n`;
}

/** An answer as it is sent. */
export function formatAnswer(outcome: { readonly result: unknown } | { readonly error: string }): string {
  return `${JSON.stringify({ version: CONTROL_VERSION, ok: 'result' in outcome, ...outcome })}\n`;
}

function parse<T>(
  schema: z.ZodMiniType<T>,
  line: string,
): { readonly value: T } | { readonly reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { reason: 'it is not JSON' };
  }
  const result = schema.safeParse(json);
  return result.success ? { value: result.data } : { reason: z.prettifyError(result.error) };
}
