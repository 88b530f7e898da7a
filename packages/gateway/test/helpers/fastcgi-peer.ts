// The web server's side of FastCGI, record by record, valid or not.
import {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  FastCgiError,
  RecordDecoder,
  RecordType,
  Role,
} from '@sluice/fastcgi';
import type { RawClient } from './raw-client.ts';

/** What came back for one request. */
export interface FastCgiReply {
  readonly stdout: string;
  /** Protocol status of END_REQUEST, or null as long as it has not come. */
  readonly status: number | null;
}

/** The start of a request: BEGIN_REQUEST and all its parameters. */
export function begin(
  id: number,
  params: Readonly<Record<string, string>> = {},
  { role = Role.RESPONDER, isKept = true }: { readonly role?: Role; readonly isKept?: boolean } = {},
): Buffer {
  const all = { REQUEST_METHOD: 'GET', REQUEST_URI: '/', SCRIPT_NAME: '/', QUERY_STRING: '', ...params };
  return Buffer.concat([encodeBeginRequest(id, role, isKept), encodeParams(id, Object.entries(all))]);
}

/** A piece of a body. */
export function stdin(id: number, text: string): Buffer {
  return encodeStream(RecordType.STDIN, id, Buffer.from(text, 'latin1'));
}

/** The end of a body. */
export function stdinEnd(id: number): Buffer {
  return encodeStreamEnd(RecordType.STDIN, id);
}

export { encodeAbortRequest as abort };

/** The replies in what a client has received, by request id. */
export function repliesIn(bytes: Buffer): ReadonlyMap<number, FastCgiReply> {
  const replies = new Map<number, { stdout: string; status: number | null }>();
  const decoder = new RecordDecoder({
    onContent: ({ type, requestId }, chunk, start, end) => {
      const reply = replies.get(requestId) ?? { stdout: '', status: null };
      replies.set(requestId, reply);
      if (type === RecordType.STDOUT) reply.stdout += chunk.toString('latin1', start, end);
      if (type === RecordType.END_REQUEST) reply.status = chunk[start + 4] ?? -1;
    },
  });
  decoder.push(bytes);
  return replies;
}

/** Whether a web server would take the reply for a whole one: it ends, and all of it is records. */
export function isWhole(bytes: Buffer, id: number): boolean {
  try {
    return (repliesIn(bytes).get(id)?.status ?? null) !== null;
  } catch (error) {
    if (error instanceof FastCgiError) return false;
    throw error;
  }
}

/** Waits for the end of a request and returns its reply. */
export async function replyTo(client: RawClient, id: number): Promise<FastCgiReply> {
  await client.until(({ received }) => (repliesIn(received).get(id)?.status ?? null) !== null);
  return repliesIn(client.received).get(id) ?? { stdout: '', status: null };
}
