// SCGI and uwsgi requests in words: the variables, and how much body follows.
import { ContentLengthError } from '../../fronts/content-length.ts';
import { DialectError, type Dialect } from '../../fronts/dialect.ts';
import { SCGI } from '../../fronts/scgi.ts';
import { UWSGI } from '../../fronts/uwsgi.ts';
import { preview } from '../commands/format.ts';
import { DecodeError, pairLines, type Line } from './line.ts';

/** More than any server takes: what is looked at here may be what one has refused. */
const LIMITS = { variablesBytes: 16 * 1024 * 1024, variablesCount: 100_000 };

/** Says what an SCGI request is. */
export function decodeScgi(bytes: Buffer): Generator<Line> {
  return decode(SCGI, bytes);
}

/** Says what a uwsgi request is. */
export function decodeUwsgi(bytes: Buffer): Generator<Line> {
  return decode(UWSGI, bytes);
}

function* decode(dialect: Dialect, bytes: Buffer): Generator<Line> {
  const head = readHead(dialect, bytes);
  if (head === null) throw new DecodeError(0, `it ends inside the variables, after ${bytes.length} bytes`);
  if (head.kind === 'ping') {
    yield { at: 0, text: 'a ping' };
    return;
  }
  const { variables, contentBytes, rest } = head;
  const bodyAt = bytes.length - rest.length;
  yield { at: 0, text: `request, ${bodyAt} bytes`, details: pairLines(variables.entries()) };
  if (contentBytes === 0 && rest.length === 0) return;
  yield { at: bodyAt, text: `body, ${rest.length} of ${contentBytes} bytes: ${preview(rest)}` };
  if (rest.length < contentBytes)
    throw new DecodeError(bodyAt, `it ends inside the body: ${contentBytes - rest.length} bytes are missing`);
}

function readHead(dialect: Dialect, bytes: Buffer): ReturnType<ReturnType<Dialect['makeDecoder']>['push']> {
  try {
    return dialect.makeDecoder(LIMITS).push(bytes);
  } catch (error) {
    if (!(error instanceof DialectError || error instanceof ContentLengthError)) throw error;
    throw new DecodeError(0, error.message);
  }
}
