// Reads CONTENT_LENGTH of the variables a web server sent: one length, or none.

const CONTENT_LENGTH = 'CONTENT_LENGTH';
const SHOWN_CHARACTERS = 40;

/** CONTENT_LENGTH is no length, or two. The message says what was seen. */
export class ContentLengthError extends Error {
  override readonly name = 'ContentLengthError';
  readonly code = 'CONTENT_LENGTH';
  readonly scope = 'request';
}

/**
 * CONTENT_LENGTH among the variables, or null if it is absent or empty, which web servers mean to be none. If there are
 * several they must agree: the next one behind may go by another of them. Throws a {@link ContentLengthError}.
 *
 * @param index name, value and end of value of each pair, as `Variables` has it
 */
export function contentLength(block: Buffer, index: readonly number[]): number | null {
  let length: number | null = null;
  for (let at = 0; at < index.length; at += 3) {
    const name = index[at] ?? 0;
    const value = index[at + 1] ?? 0;
    if (value - name !== CONTENT_LENGTH.length + 1) continue;
    if (block.toString('latin1', name, value - 1) !== CONTENT_LENGTH) continue;
    const text = block.toString('latin1', value, index[at + 2]);
    if (text === '') continue;
    const number = parseLength(text);
    if (length !== null && number !== length) {
      throw new ContentLengthError(`CONTENT_LENGTH is ${length} and ${number}`);
    }
    length = number;
  }
  return length;
}

function parseLength(text: string): number {
  const length = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(length)) return length;
  throw new ContentLengthError(
    `CONTENT_LENGTH ${JSON.stringify(text.slice(0, SHOWN_CHARACTERS))} is not a length`,
  );
}
