// Decides what a request for a file is answered with: status, headers, and which bytes, by the rules of HTTP that
// @fastify/send knows; and which file it may be at all. It sends nothing.

import send from '@fastify/send';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { FilePart } from './file-sender.ts';
import { openReplyFile } from './reply-file.ts';

/** What is asked for. */
export interface FileRequest {
  /** Absolute path of the directory that the file must be in, links resolved or not. */
  readonly directory: string;
  /** Path below it, as characters of one byte each, undecoded no more; with or without a leading slash. */
  readonly path: string;
  /** Headers that matter: conditions, Range and If-Range. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The file that stands for a directory, or null for none. */
  readonly index: string | null;
  /** Whether files and directories whose names begin with a dot may be seen. */
  readonly dotfiles: boolean;
}

/** What it is answered with. */
export type FileAnswer =
  | {
      readonly kind: 'file';
      readonly status: number;
      readonly headers: ReadonlyMap<string, string>;
      /** Null if the answer has no body, as 304. */
      readonly part: FilePart | null;
    }
  /** A directory, asked for without the slash at its end. */
  | { readonly kind: 'directory' }
  /** 404 stands for everything that may not be seen, too. */
  | { readonly kind: 'refused'; readonly status: 400 | 404 | 412 | 416; readonly sizeBytes: number | null };

const NOT_FOUND: FileAnswer = { kind: 'refused', status: 404, sizeBytes: null };

type SendRequest = Parameters<typeof send>[0];

/** Looks at the file and the request. Rejects only where the system fails in a way that is nobody's mistake. */
export async function describeFile(request: FileRequest): Promise<FileAnswer> {
  const { directory, path, headers, index, dotfiles } = request;
  if (path.split('/').includes('..')) return NOT_FOUND;
  // With HEAD it opens nothing; it reads method and headers only, whatever its type says.
  const asked = { method: 'HEAD', headers } as unknown as SendRequest;
  const chosen: { path: string }[] = [];
  const answer = await send(asked, encodePath(path), {
    root: directory,
    index: index ?? false,
    dotfiles: dotfiles ? 'allow' : 'ignore',
    cacheControl: false,
    onFile: (found) => void chosen.push({ path: found }),
  });
  const file = chosen[0];
  if (answer.type === 'directory') return { kind: 'directory' };
  if (!file) return refusal(answer.statusCode, null);
  // The path has been followed as the system follows it; where it ended must be inside all the same.
  const real = await realpath(file.path).catch(() => null);
  if (real === null || !isInside(await realpath(directory), real)) return NOT_FOUND;
  const status = await stat(real, { bigint: true });
  if (!status.isFile()) return NOT_FOUND;
  if (answer.type === 'error') return refusal(answer.statusCode, Number(status.size));
  const sent = new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  const sizeBytes = Number(sent.get('Content-Length') ?? 0);
  const offsetBytes = Number(/^bytes (\d+)-/.exec(sent.get('Content-Range') ?? '')?.[1] ?? 0);
  const identity = { device: status.dev, inode: status.ino };
  const open = (): ReturnType<typeof openReplyFile> => openReplyFile(real, identity, offsetBytes + sizeBytes);
  const part = answer.statusCode === 304 ? null : { open, offsetBytes, sizeBytes };
  return { kind: 'file', status: answer.statusCode, headers: sent, part };
}

/** A path of characters of one byte each as it stands in a URI, slashes as they are. */
export function encodePath(path: string): string {
  return path.replace(/[^\w\-./~]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

/** Whether a path without links is that of something in a directory without links. */
export function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

function refusal(status: number, sizeBytes: number | null): FileAnswer {
  const isKnown = status === 400 || status === 412 || status === 416;
  return { kind: 'refused', status: isKnown ? status : 404, sizeBytes };
}
