// Tells of each request when it is over, if somebody wants to hear of it.

import { Exchange, exchangeDone } from '../exchange/exchange.ts';
import type { Outbox } from './outbox.ts';
import { formatEvent, type TraceEvent, type TraceFilter } from './trace-event.ts';

/**
 * Tells `outbox` of each request of this process that ends and passes, until what is returned is called.
 *
 * @param gateway the number of this gateway, if it is one of several
 */
export function startTrace(filter: TraceFilter, outbox: Outbox, gateway?: number): () => void {
  const passes = makeFilter(filter);
  const hear = (message: unknown): void => {
    if (!(message instanceof Exchange) || !passes(message)) return;
    outbox.add(1, () => formatEvent(describe(message, gateway)));
  };
  exchangeDone.subscribe(hear);
  return () => exchangeDone.unsubscribe(hear);
}

function makeFilter({ path, slowerThanMs, status }: TraceFilter): (exchange: Exchange) => boolean {
  const wanted = new Set(status);
  return (exchange) =>
    exchange.endedMs - exchange.arrivedMs >= slowerThanMs &&
    (wanted.size === 0 || isWanted(wanted, exchange.status)) &&
    (path === null || exchange.path.startsWith(path));
}

function isWanted(wanted: ReadonlySet<string>, status: number): boolean {
  if (status === 0) return wanted.has('none');
  return wanted.has(String(status)) || wanted.has(`${Math.floor(status / 100)}xx`);
}

function describe(exchange: Exchange, gateway: number | undefined): TraceEvent {
  const { variables, destination, error } = exchange;
  return {
    time: new Date().toISOString(),
    ...(gateway !== undefined && { gateway }),
    request: exchange.id,
    protocol: exchange.protocol,
    method: variables.get('REQUEST_METHOD') ?? '',
    path: exchange.path,
    status: exchange.status,
    outcome: exchange.outcome,
    bytes: exchange.sentBytes,
    to: destination?.target ?? null,
    worker: destination?.pid ?? null,
    server: destination?.label ?? null,
    ...timesOf(exchange),
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}

type Times = Pick<TraceEvent, 'bodyMs' | 'queueMs' | 'firstByteMs' | 'restMs' | 'clientMs' | 'totalMs'>;

function timesOf({ arrivedMs, queuedMs, startedMs, repliedMs, answeredMs, endedMs }: Exchange): Times {
  // What it never came to begins, as it were, when it is over.
  const queued = queuedMs || endedMs;
  const started = startedMs || endedMs;
  const replied = repliedMs || endedMs;
  // A file may be the answer before its first byte has been read.
  const answered = Math.max(answeredMs || endedMs, replied);
  return {
    bodyMs: round(queued - arrivedMs),
    queueMs: round(started - queued),
    firstByteMs: round(replied - started),
    restMs: round(answered - replied),
    clientMs: round(endedMs - answered),
    totalMs: round(endedMs - arrivedMs),
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
