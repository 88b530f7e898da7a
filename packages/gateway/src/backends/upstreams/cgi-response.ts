// Owns the way from a CGI header block to the head of a reply: what FastCGI, SCGI and some uwsgi servers answer with.

import { STATUS_CODES } from 'node:http';
import { CgiHeadParser, FastCgiError, type CgiHead } from '@sluice/fastcgi';
import { Head, HeadError, HOP_BY_HOP } from '../../exchange/head.ts';
import { malformed } from './failure.ts';

/** What was read of a reply: its head, and the bytes of the body that came with it. */
export interface HeadAndRest {
  readonly head: Head;
  readonly rest: Buffer;
}

/**
 * The head of a reply from what a server said. Fields of the connection are left out; a missing reason is filled in.
 * Throws an `UpstreamFailure` that names what cannot stand in a head.
 */
export function replyHead(
  status: number,
  reason: string,
  headers: Iterable<readonly [name: string, value: string]>,
): Head {
  if (!(status >= 200 && status <= 999)) throw malformed(`status ${status} is not that of a response`);
  const passed: (readonly [string, string])[] = [];
  for (const header of headers) if (!HOP_BY_HOP.has(header[0].toLowerCase())) passed.push(header);
  try {
    return Head.build(status, reason || (STATUS_CODES[status] ?? ''), passed);
  } catch (error) {
    if (error instanceof HeadError) throw malformed(error.message, error);
    throw error;
  }
}

/** The head of a reply from a CGI header block that has been read. Throws an `UpstreamFailure`. */
export function headFromCgi({ status, reason, headers }: CgiHead): Head {
  return replyHead(status, reason, headers);
}

/** Reads a CGI header block from bytes that come in any pieces. */
export class CgiResponseReader {
  readonly #parser = new CgiHeadParser();
  readonly #check: (head: CgiHead) => void;

  /** @param check throws an `UpstreamFailure` for what is well formed and not to be passed on all the same */
  constructor(check: (head: CgiHead) => void = () => {}) {
    this.#check = check;
  }

  /** Takes the next bytes; null until the head is complete. Throws an `UpstreamFailure`. */
  push(chunk: Buffer): HeadAndRest | null {
    try {
      const read = this.#parser.push(chunk);
      if (!read) return null;
      this.#check(read.head);
      return { head: headFromCgi(read.head), rest: read.body };
    } catch (error) {
      if (error instanceof FastCgiError) throw malformed(error.message, error);
      throw error;
    }
  }
}
