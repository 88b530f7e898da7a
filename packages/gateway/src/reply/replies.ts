// Decides what becomes of replies that do not simply go from the backend to the front.

import type { Delivery, FileRange } from '../exchange/delivery.ts';
import { GatewayError } from '../exchange/errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Head } from '../exchange/head.ts';
import type { Spool } from '../spool/spool.ts';
import { sendFilePart } from './file-sender.ts';
import type { ReplyBuffer } from './reply-buffer.ts';
import { ReplyBuffers, type BufferLimits } from './reply-buffers.ts';
import { openReplyFile } from './reply-file.ts';
import { namesFile, sendNamedFile, withoutFileName } from './sendfile.ts';

/** What may become of replies. */
export interface ReplyRules extends BufferLimits {
  /** Workers may leave it to the gateway to send a file that they have opened. */
  readonly areFilesOffloaded: boolean;
  /** X-Sendfile and X-Accel-Redirect of an application: taken out, passed on, or obeyed here. */
  readonly sendfile: 'strip' | 'pass' | 'serve';
  /** Where the files may be that are sent so: absolute directories by the URL path X-Accel-Redirect names each by. */
  readonly sendfileDirectories: Readonly<Record<string, string>>;
}

/** Hears what somebody should know. */
export interface ReplyReporter {
  /** A reply could not be put into its file; its backend waits for the client. */
  spillFailed(exchange: Exchange, cause: unknown): void;
  /** An application named a file, and nobody will send it. */
  fileNameStripped(exchange: Exchange): void;
}

/** Replies of one gateway. */
export class Replies implements Delivery {
  readonly #rules: ReplyRules;
  readonly #reporter: ReplyReporter;
  readonly #buffers: ReplyBuffers;

  constructor(rules: ReplyRules, spool: Spool, reporter: ReplyReporter) {
    this.#rules = rules;
    this.#reporter = reporter;
    this.#buffers = new ReplyBuffers(rules, spool, (exchange, cause) =>
      reporter.spillFailed(exchange, cause),
    );
  }

  hold(exchange: Exchange): ReplyBuffer | null {
    return this.#buffers.hold(exchange);
  }

  divert(exchange: Exchange, head: Head): Head | null {
    const { sendfile, sendfileDirectories } = this.#rules;
    if (sendfile === 'pass' || !namesFile(head)) return head;
    if (sendfile === 'serve') {
      sendNamedFile(exchange, head, sendfileDirectories);
      return null;
    }
    this.#reporter.fileNameStripped(exchange);
    return withoutFileName(head);
  }

  sendFile(exchange: Exchange, head: Head, file: FileRange): void {
    if (!this.#rules.areFilesOffloaded) {
      const message = 'the worker named a file, which it was not told to';
      exchange.fail(new GatewayError('SLUICE_WORKER_PROTOCOL', message));
      return;
    }
    const passed = head.hasExtension ? this.divert(exchange, head) : head;
    if (!passed) return;
    const { path, offsetBytes, sizeBytes } = file;
    sendFilePart(exchange, passed, {
      open: () => openReplyFile(path, file, offsetBytes + sizeBytes),
      offsetBytes,
      sizeBytes,
    });
  }
}
