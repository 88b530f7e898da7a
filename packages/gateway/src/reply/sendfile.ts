// X-Sendfile and X-Accel-Redirect: an application names a file instead of sending it.

import { GatewayError } from '../exchange/errors.ts';
import type { Sender } from '../exchange/delivery.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { Head } from '../exchange/head.ts';
import { percentDecode } from '../routing/path.ts';
import { rangeHeaders, sendFound, sendRefusal } from './answer.ts';
import { describeFile, type FileAnswer } from './describe-file.ts';

const NAMES: ReadonlySet<string> = new Set(['x-sendfile', 'x-lighttpd-send-file', 'x-accel-redirect']);
const ANY_NAME = /^x-(?:sendfile|lighttpd-send-file|accel-redirect):/im;

/** What the file decides, not the application. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['content-length', 'content-range', 'accept-ranges']);
const VALIDATORS: ReadonlySet<string> = new Set(['etag', 'last-modified']);

/** Takes what the application sends besides; nobody wants it. */
const DISCARD: Sender = { write: () => true, drained: () => {}, dropped: () => {} };

/** Whether a head names a file that somebody in front of the application is to send. */
export function namesFile(head: Head): boolean {
  return ANY_NAME.test(head.bytes.toString('latin1'));
}

/** The same head without that. */
export function withoutFileName(head: Head): Head {
  const kept = [...head.headers()].filter(([name]) => !NAMES.has(name.toLowerCase()));
  return Head.build(head.status, head.reason, kept);
}

/**
 * Sends the file that a head names, with its other headers. It must be in one of the directories.
 *
 * @param directories by the URL path that X-Accel-Redirect knows each by; X-Sendfile names the files themselves
 */
export function sendNamedFile(
  exchange: Exchange,
  head: Head,
  directories: Readonly<Record<string, string>>,
): void {
  exchange.takeOver(DISCARD);
  void answer(exchange, head, directories).catch((cause: unknown) => {
    const message = `the file the application named could not be sent: ${String(cause)}`;
    exchange.fail(new GatewayError('SLUICE_REPLY_FILE', message, { cause }));
  });
}

async function answer(
  exchange: Exchange,
  head: Head,
  directories: Readonly<Record<string, string>>,
): Promise<void> {
  const named = [...head.headers()].find(([name]) => NAMES.has(name.toLowerCase()));
  const [name = '', value = ''] = named ?? [];
  const place =
    name.toLowerCase() === 'x-accel-redirect' ? byUrl(value, directories) : byPath(value, directories);
  if (!place)
    throw new Error(`${name}: ${value} is in none of the directories of reply.sendfile_directories`);
  const found = await describeFile({
    ...place,
    headers: isOwnJudge(exchange, head) ? {} : rangeHeaders(exchange.variables),
    index: null,
    dotfiles: true,
  });
  if (exchange.isDone) return;
  if (found.kind === 'file') sendFound(exchange, mergedHead(head, found), found.part);
  else sendRefusal(exchange, found.kind === 'refused' ? found : { status: 404, sizeBytes: null });
}

/** Whether the application, or the kind of request, has decided already what the conditions of a request come to. */
function isOwnJudge({ variables }: Exchange, head: Head): boolean {
  const method = variables.get('REQUEST_METHOD');
  if (head.status !== 200 || (method !== 'GET' && method !== 'HEAD')) return true;
  return [...head.headers()].some(([name]) => VALIDATORS.has(name.toLowerCase()));
}

type Place = { readonly directory: string; readonly path: string };

function byPath(value: string, directories: Readonly<Record<string, string>>): Place | null {
  const path = Buffer.from(value, 'latin1').toString();
  const directory = Object.values(directories)
    .filter((each) => path.startsWith(`${each}/`))
    .reduce((longest, each) => (each.length > longest.length ? each : longest), '');
  if (directory === '') return null;
  return { directory, path: Buffer.from(path.slice(directory.length)).toString('latin1') };
}

function byUrl(value: string, directories: Readonly<Record<string, string>>): Place | null {
  const path = percentDecode(value.replace(/\?.*/s, ''));
  const prefix = Object.keys(directories)
    .filter((each) => path.startsWith(each))
    .reduce((longest, each) => (each.length > longest.length ? each : longest), '');
  const directory = directories[prefix];
  return directory === undefined ? null : { directory, path: path.slice(prefix.length) };
}

type FoundFile = FileAnswer & { readonly kind: 'file' };

/** The application's headers have the last word, but for what only the file knows. */
function mergedHead(head: Head, found: FoundFile): Head {
  const own = [...head.headers()].filter(([name]) => {
    return !NAMES.has(name.toLowerCase()) && !OF_THE_FILE.has(name.toLowerCase());
  });
  const ownNames = new Set(own.map(([name]) => name.toLowerCase()));
  const isOfFile = (name: string): boolean => !ownNames.has(name.toLowerCase());
  const ofFile = [...found.headers].filter(([name]) => isOfFile(name));
  const isPlain = head.status === 200;
  const reason = isPlain && found.status !== 200 ? '' : head.reason;
  return Head.build(isPlain ? found.status : head.status, reason, [...own, ...ofFile]);
}
