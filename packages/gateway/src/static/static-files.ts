// Answers requests with the files of a directory.

import { GatewayError } from '../exchange/errors.ts';
import type { Backend, Destination, Exchange } from '../exchange/exchange.ts';
import { Head } from '../exchange/head.ts';
import { rangeHeaders, sendFound, sendRefusal } from '../reply/answer.ts';
import { describeFile, encodePath, type FileAnswer } from '../reply/describe-file.ts';
import { acceptedEncodings, contentTypeOf, type Encoding } from './encodings.ts';

/** A directory and how its files are sent. */
export interface StaticOptions {
  /** URL path of the directory, with or without a slash at its end. */
  readonly path: string;
  /** Absolute. */
  readonly directory: string;
  /** The file that stands for a directory; null: directories are not found. */
  readonly index: string | null;
  /** Value of Cache-Control; null for none. */
  readonly cacheControl: string | null;
  /** Whether `app.css.br` and `app.css.gz` are sent as `app.css` to those who accept them. */
  readonly isPrecompressed: boolean;
}

type FoundFile = FileAnswer & { readonly kind: 'file' };

/**
 * Serves GET and HEAD with ranges and conditions. Nothing outside of the directory is ever sent, links or not, and
 * nothing whose path has a part that begins with a dot.
 */
export class StaticFiles implements Backend, Destination {
  readonly target: string;
  readonly #options: StaticOptions;

  constructor(options: StaticOptions) {
    this.target = `static:${options.path}`;
    this.#options = options;
  }

  handle(exchange: Exchange): void {
    exchange.destination = this;
    exchange.queuedMs = performance.now();
    exchange.startedMs = exchange.queuedMs;
    if (exchange.body.kind === 'stream') exchange.body.discard();
    this.#answer(exchange).catch((cause: unknown) => {
      const message = `the file could not be looked at: ${String(cause)}`;
      exchange.fail(new GatewayError('SLUICE_REPLY_FILE', message, { cause }));
    });
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { variables } = exchange;
    const method = variables.get('REQUEST_METHOD');
    if (method !== 'GET' && method !== 'HEAD') {
      sendRefusal(exchange, { status: 405, sizeBytes: null });
      return;
    }
    const url = `${variables.get('SCRIPT_NAME') ?? ''}${variables.get('PATH_INFO') ?? ''}`;
    const path = url.slice(this.#options.path.length);
    const headers = rangeHeaders(variables);
    const accept = variables.get('HTTP_ACCEPT_ENCODING') ?? '';
    const { encoding, found } = await this.#find(path, headers, accept);
    if (exchange.isDone) return;
    if (found.kind === 'file') sendFound(exchange, this.#head(found, path, encoding), found.part);
    else if (found.kind === 'directory' && this.#options.index !== null) redirect(exchange, url);
    else sendRefusal(exchange, found.kind === 'refused' ? found : { status: 404, sizeBytes: null });
  }

  /** The file, or the smallest form of it that the client accepts. */
  async #find(
    path: string,
    headers: Readonly<Record<string, string>>,
    accept: string,
  ): Promise<{ readonly encoding: Encoding | null; readonly found: FileAnswer }> {
    const { directory, index, isPrecompressed } = this.#options;
    const file = this.#fileOf(path);
    for (const encoding of isPrecompressed && file !== null ? acceptedEncodings(accept) : []) {
      const asked = { directory, path: `${file}${encoding.suffix}`, headers, index: null, dotfiles: false };
      const found = await describeFile(asked);
      const isThere = found.kind === 'file' || (found.kind === 'refused' && found.sizeBytes !== null);
      if (isThere) return { encoding, found };
    }
    return {
      encoding: null,
      found: await describeFile({ directory, path, headers, index, dotfiles: false }),
    };
  }

  /** The path of the file that a path stands for, or null if it is a directory's. */
  #fileOf(path: string): string | null {
    const isDirectory = path === '' || path.endsWith('/');
    if (!isDirectory) return path;
    return this.#options.index === null ? null : `${path}${this.#options.index}`;
  }

  #head(found: FoundFile, path: string, encoding: Encoding | null): Head {
    const { cacheControl, isPrecompressed } = this.#options;
    const headers = new Map(found.headers);
    if (found.status !== 304) {
      headers.set('Content-Type', contentTypeOf(this.#fileOf(path) ?? path));
      if (encoding) headers.set('Content-Encoding', encoding.name);
    }
    if (isPrecompressed) headers.set('Vary', 'Accept-Encoding');
    if (cacheControl !== null) headers.set('Cache-Control', cacheControl);
    return Head.build(found.status, REASONS[found.status] ?? '', headers);
  }
}

const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 206: 'Partial Content', 304: 'Not Modified' };

/** A directory has a slash at the end of its URL, or relative links in its index would lead elsewhere. */
function redirect(exchange: Exchange, url: string): void {
  // More than one slash in front would name another host.
  const path = encodePath(url.replace(/^\/+/, '/'));
  const query = exchange.variables.get('QUERY_STRING');
  const location = `${path}/${query ? `?${encodeURI(query)}` : ''}`;
  const headers = [
    ['Location', location],
    ['Content-Length', '0'],
  ] as const;
  exchange.begin(Head.build(301, 'Moved Permanently', headers), Buffer.alloc(0), true);
}
