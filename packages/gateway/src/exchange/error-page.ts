// Owns what a client sees of a failure: a small page, HTML or JSON by what it accepts.

import { FAILURES, type GatewayError } from './errors.ts';
import { Head } from './head.ts';

/** Seconds a client is asked to wait before it tries again after a 503. */
const RETRY_AFTER_SECONDS = 1;

/** A reply the gateway makes itself. */
export interface Page {
  readonly head: Head;
  readonly body: Buffer;
}

/**
 * The reply for a failure.
 *
 * @param accept the request's Accept header, empty if it had none
 * @param showDetail whether the error's message and detail are shown, as in debugging; default false
 */
export function errorPage(error: GatewayError, accept: string, showDetail: boolean = false): Page {
  const { status, title, text } = FAILURES[error.code];
  const detail = showDetail ? [error.message, error.detail].filter(Boolean).join('\n\n') : '';
  const headers: [string, string][] = [['Cache-Control', 'no-store']];
  if (status === 503) headers.push(['Retry-After', String(RETRY_AFTER_SECONDS)]);
  return makePage({ status, title, text, code: error.code, ...(detail && { detail }) }, accept, headers);
}

/** What a page says. */
export interface PageText {
  readonly status: number;
  readonly title: string;
  /** A sentence for the client. */
  readonly text: string;
  readonly code?: string;
  readonly detail?: string;
}

/** A page in HTML or JSON, by the request's Accept header, with headers besides those of its content. */
export function makePage(
  content: PageText,
  accept: string,
  headers: readonly (readonly [name: string, value: string])[] = [],
): Page {
  const isJson = accept.includes('json') && !accept.includes('html');
  const body = Buffer.from(isJson ? `${JSON.stringify(content)}\n` : htmlPage(content));
  const all = [
    ['Content-Type', isJson ? 'application/json' : 'text/html; charset=utf-8'] as const,
    ['Content-Length', String(body.length)] as const,
    ...headers,
  ];
  return { head: Head.build(content.status, content.title, all), body };
}

function htmlPage({ status, title, text, detail }: PageText): string {
  const more = detail ? `\n<pre>${escapeHtml(detail)}</pre>` : '';
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${status} ${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:45rem;margin:15vh auto;padding:0 1rem;color:#222}
h1{font-size:1.4rem}pre{background:#f4f4f4;padding:1rem;overflow:auto;font-size:13px}</style>
<h1>${status} ${title}</h1>
<p>${text}</p>${more}
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
