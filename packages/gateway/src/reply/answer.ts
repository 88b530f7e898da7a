// What static files and files named by an application have in common: what is read of the request, and how it is answered.

import { makePage } from '../exchange/error-page.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Head } from '../exchange/head.ts';
import type { Variables } from '../exchange/variables.ts';
import type { FileAnswer } from './describe-file.ts';
import { sendFilePart, type FilePart } from './file-sender.ts';

const NOTHING = Buffer.alloc(0);

/** Headers that decide which bytes are sent, or that none need be (RFC 9110 sections 13 and 14). */
const CONDITIONS = [
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'cache-control',
] as const;

/** Those headers of a request, by their names in lower case. There are ranges for GET only (section 14.2). */
export function rangeHeaders(variables: Variables): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const isGet = variables.get('REQUEST_METHOD') === 'GET';
  for (const name of CONDITIONS) {
    if (name === 'range' && !isGet) continue;
    const value = variables.get(`HTTP_${name.toUpperCase().replaceAll('-', '_')}`);
    if (value) headers[name] = value;
  }
  return headers;
}

/** Sends a head and a part of a file, or the head alone. */
export function sendFound(exchange: Exchange, head: Head, part: FilePart | null): void {
  if (!part || isHead(exchange)) exchange.begin(head, NOTHING, true);
  else sendFilePart(exchange, head, part);
}

/** A status that is answered with a page. */
export type RefusalStatus = (FileAnswer & { readonly kind: 'refused' })['status'] | 405;

const TEXTS: Readonly<Record<RefusalStatus, readonly [title: string, text: string]>> = {
  400: ['Bad Request', 'The path could not be understood.'],
  404: ['Not Found', 'There is no such file.'],
  405: ['Method Not Allowed', 'Files can only be read.'],
  412: ['Precondition Failed', 'The file is not in the state that the request asked for.'],
  416: ['Range Not Satisfiable', 'The file has no such bytes.'],
};

/** Sends a page that says why there is no file. `sizeBytes` is that of the file, for 416. */
export function sendRefusal(
  exchange: Exchange,
  { status, sizeBytes }: { readonly status: RefusalStatus; readonly sizeBytes: number | null },
): void {
  const [title, text] = TEXTS[status];
  const headers: [string, string][] = [];
  if (status === 405) headers.push(['Allow', 'GET, HEAD']);
  if (status === 416) headers.push(['Content-Range', `bytes */${sizeBytes ?? 0}`]);
  const page = makePage({ status, title, text }, exchange.variables.get('HTTP_ACCEPT') ?? '', headers);
  exchange.begin(page.head, isHead(exchange) ? NOTHING : page.body, true);
}

function isHead({ variables }: Exchange): boolean {
  return variables.get('REQUEST_METHOD') === 'HEAD';
}
