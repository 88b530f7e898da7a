// Asks a running gateway through its control socket.

import { connect } from 'node:net';
import { formatRequest, parseAnswer, type ControlRequest, type ControlResults } from './protocol.ts';

/** Nobody answers at a control socket, or not as one. */
export class ControlError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ControlError';
  }
}

/** A request whose answer has come. */
export interface Asked<T> {
  readonly result: T;
  /** Resolves when the gateway has closed the connection, as it does when it ends. */
  readonly closed: Promise<void>;
  /** Closes the connection. */
  readonly close: () => void;
}

/**
 * Sends one request to the control socket at `path` and waits for the answer, as long as it takes. Rejects with a
 * {@link ControlError} if there is none or if it is a refusal. The gateway is believed: its socket is its own.
 */
export async function askControl<C extends ControlRequest['command']>(
  path: string,
  request: Extract<ControlRequest, { command: C }>,
): Promise<Asked<ControlResults[C]>> {
  const socket = connect({ path });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += String(chunk);
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    socket.on('error', (error) => reject(new ControlError(`${path}: ${explain(error)}`, error)));
    socket.once('close', () => reject(new ControlError(`${path}: the gateway ended before it answered`)));
    socket.write(formatRequest(request));
  });
  const answer = parseAnswer(line);
  const refusal = 'reason' in answer ? answer.reason : answer.value.ok ? null : answer.value.error;
  if (refusal !== null || 'reason' in answer || !answer.value.ok) {
    socket.destroy();
    throw new ControlError(refusal ?? 'no answer');
  }
  return { result: answer.value.result as ControlResults[C], closed, close: () => socket.destroy() };
}

const explanations: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket; does the gateway run?',
  ECONNREFUSED: 'nobody listens there; the gateway has ended',
  EACCES: 'only the user of the gateway may connect',
};

function explain(error: Error & { readonly code?: string }): string {
  return explanations[error.code ?? ''] ?? error.message;
}
