// Asks a running gateway through its control socket.

import { connect, type Socket } from 'node:net';
import {
  formatRequest,
  parseAnswer,
  type ControlRequest,
  type ControlResults,
  type TraceRequest,
} from './protocol.ts';

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

/** A request that is answered by events. */
export interface Followed extends Asked<unknown> {
  /** Hands over the JSON of each, from the first on. */
  readonly follow: (onLine: (line: string) => void) => void;
}

/**
 * Sends one request to the control socket at `path` and waits for the answer, as long as it takes. Rejects with a
 * {@link ControlError} if there is none or if it is a refusal. The gateway is believed: its socket is its own.
 */
export async function askControl<C extends ControlRequest['command']>(
  path: string,
  request: Extract<ControlRequest, { command: C }>,
): Promise<Asked<ControlResults[C]>> {
  const { result, closed, close } = await ask(path, request);
  return { result: result as ControlResults[C], closed, close };
}

/** The same for a request that is answered by events: resolves when they begin. */
export function followControl(path: string, request: TraceRequest): Promise<Followed> {
  return ask(path, request);
}

async function ask(path: string, request: ControlRequest | TraceRequest): Promise<Followed> {
  const socket = connect({ path });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const early: string[] = [];
  let onLine = (line: string): void => void early.push(line);
  const line = await new Promise<string>((resolve, reject) => {
    let onNext = (answer: string): void => {
      onNext = (event) => onLine(event);
      resolve(answer);
    };
    readLines(socket, (next) => onNext(next));
    socket.on('error', (error) => reject(new ControlError(`${path}: ${explain(error)}`, error)));
    socket.once('close', () => reject(new ControlError(`${path}: the gateway ended before it answered`)));
    socket.write(formatRequest(request));
  });
  const answer = parseAnswer(line);
  const refusal = 'reason' in answer ? answer.reason : answer.value.ok ? null : answer.value.error;
  if (refusal !== null || 'reason' in answer || !answer.value.ok) {
    socket.destroy();
    throw new ControlError(explainRefusal(refusal ?? 'no answer', path, request.command));
  }
  const follow = (listener: (event: string) => void): void => {
    onLine = listener;
    for (const event of early.splice(0)) listener(event);
  };
  return { result: answer.value.result, closed, close: () => socket.destroy(), follow };
}

function readLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

/** A gateway says of a request that it cannot read what is wrong where; of a command it does not know, that it is that. */
function explainRefusal(refusal: string, path: string, command: string): string {
  if (!/^ *→ at command$/m.test(refusal)) return refusal;
  return `${path}: the gateway that runs there is older than this command and does not know "${command}"; start it again`;
}

const explanations: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket; does the gateway run?',
  ECONNREFUSED: 'nobody listens there; the gateway has ended',
  EACCES: 'only the user of the gateway may connect',
};

function explain(error: Error & { readonly code?: string }): string {
  return explanations[error.code ?? ''] ?? error.message;
}
