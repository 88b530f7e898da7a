// What is said about a request that is over, and how it is asked for.

import type { Outcome } from '../exchange/exchange.ts';
import { escapeJson } from '../observe/escape-json.ts';

/** Which requests are told of: those for which all of it is true. */
export interface TraceFilter {
  /** Their path begins with this; null: any path. */
  readonly path: string | null;
  /** They took as long, in milliseconds; 0: any time. */
  readonly slowerThanMs: number;
  /** Their status is one of these: `404`, `5xx`, or `none` where the client left before there was one. Empty: any status. */
  readonly status: readonly string[];
}

/** A request that is over. Times are milliseconds, and the five that are parts of `totalMs` come one after the other. */
export interface TraceEvent {
  /** When it ended, as ISO 8601. */
  readonly time: string;
  /** The number of its gateway, where there are several. */
  readonly gateway?: number;
  /** Its number, as in the log. */
  readonly request: number;
  /** By which it came. */
  readonly protocol: string;
  readonly method: string;
  /** Without the query, which may hold secrets. */
  readonly path: string;
  /** 0 if the client left before there was one. */
  readonly status: number;
  readonly outcome: Outcome | null;
  /** Bytes of the reply's body. */
  readonly bytes: number;
  /** Where it was sent, as a route names it: `pool:default`. Null if it did not come to that. */
  readonly to: string | null;
  /** The process id of the worker that ran it; null if none did. */
  readonly worker: number | null;
  /** The address of the server of an upstream that had it; null if none did. */
  readonly server: string | null;
  /** Its body arrived. */
  readonly bodyMs: number;
  /** It waited for a worker, or a server. */
  readonly queueMs: number;
  /** From then on until its reply began, or until it ended without one. */
  readonly firstByteMs: number;
  /** The rest of the reply was made. */
  readonly restMs: number;
  /** The reply was complete, and the client took what was left of it. */
  readonly clientMs: number;
  readonly totalMs: number;
  /** Why it failed in the gateway. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** So many requests are not in the stream, because whoever reads it did not keep up. */
export interface TraceGap {
  readonly missed: number;
}

/** An event as it is sent, with the end of its line. */
export function formatEvent(event: TraceEvent | TraceGap): string {
  return `${escapeJson(JSON.stringify(event))}\n`;
}
