// Writes one line for each request, when it is over.

import { Exchange, exchangeDone } from '../exchange/exchange.ts';
import type { Logger } from './log.ts';

/** Starts it. Returns what stops it. */
export function startAccessLog(logger: Logger): () => void {
  const write = (message: unknown): void => {
    if (message instanceof Exchange) logger.info(fieldsOf(message), 'request');
  };
  exchangeDone.subscribe(write);
  return () => exchangeDone.unsubscribe(write);
}

/** Starts to log the requests that failed in the gateway, with what the client is not told. Returns what stops it. */
export function startFailureLog(logger: Logger): () => void {
  const write = (message: unknown): void => {
    if (!(message instanceof Exchange) || !message.error) return;
    const { error } = message;
    const fields = { code: error.code, ...fieldsOf(message), ...(error.detail && { detail: error.detail }) };
    // A refusal is the gateway's duty; anything from 500 on that is not one needs somebody to look.
    if (error.status === 503 || error.status < 500) logger.warn(fields, error.message);
    else logger.error(fields, error.message);
  };
  exchangeDone.subscribe(write);
  return () => exchangeDone.unsubscribe(write);
}

function fieldsOf(exchange: Exchange): Record<string, unknown> {
  const { variables, queuedMs, startedMs, arrivedMs, endedMs } = exchange;
  return {
    request: exchange.id,
    protocol: exchange.protocol,
    client: variables.get('REMOTE_ADDR') ?? '',
    method: variables.get('REQUEST_METHOD') ?? '',
    path: exchange.path,
    status: exchange.status,
    outcome: exchange.outcome,
    bytes: exchange.sentBytes,
    // Not the time its body took to arrive, which is the client's.
    queueMs: queuedMs === 0 ? 0 : round((startedMs || endedMs) - queuedMs),
    totalMs: round(endedMs - arrivedMs),
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
