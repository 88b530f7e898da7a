// Sends a part of an open file as the body of a reply, at the pace of the client.

import type { FileHandle } from 'node:fs/promises';
import { GatewayError } from '../exchange/errors.ts';
import type { Sender } from '../exchange/delivery.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Head } from '../exchange/head.ts';
import { allocatedBriefly } from '../exchange/young-buffers.ts';

/** How much is read at once, in bytes: few system calls, and little memory for a client that takes it slowly. */
const READ_BYTES = 128 * 1024;

const NOTHING = Buffer.alloc(0);

/** The part of a file that is sent. Opening rejects, in words for the log, if the file cannot be sent. */
export interface FilePart {
  readonly open: () => Promise<FileHandle>;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/**
 * Sends `head` and then a part of a file; whatever else its backend says is dropped. The exchange fails if the file cannot
 * be opened, before anything is sent, or read. The file is closed when the exchange is over.
 */
export function sendFilePart(exchange: Exchange, head: Head, part: FilePart): void {
  void new FileSender(exchange, head, part).run();
}

class FileSender implements Sender {
  readonly #exchange: Exchange;
  readonly #head: Head;
  readonly #part: FilePart;
  #wake: (() => void) | null = null;

  constructor(exchange: Exchange, head: Head, part: FilePart) {
    this.#exchange = exchange;
    this.#head = head;
    this.#part = part;
    exchange.takeOver(this);
  }

  /** Resolves when the exchange is over and the file is closed. */
  async run(): Promise<void> {
    try {
      const handle = await this.#part.open();
      try {
        await this.#send(handle);
      } finally {
        await handle.close();
      }
    } catch (cause) {
      const message = `the file could not be sent: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.#exchange.fail(new GatewayError('SLUICE_REPLY_FILE', message, { cause }));
    }
  }

  write(): boolean {
    return true;
  }

  drained(): void {
    this.#wake?.();
  }

  dropped(): void {
    this.#wake?.();
  }

  async #send(handle: FileHandle): Promise<void> {
    const exchange = this.#exchange;
    const endBytes = this.#part.offsetBytes + this.#part.sizeBytes;
    let atBytes = this.#part.offsetBytes;
    let isBegun = false;
    do {
      const bytes = await readSome(handle, atBytes, endBytes);
      if (exchange.isDone) return;
      atBytes += bytes.length;
      const isLast = atBytes === endBytes;
      const isWritable = isBegun
        ? exchange.deliver(bytes, isLast)
        : exchange.begin(this.#head, bytes, isLast);
      isBegun = true;
      if (!isWritable) await this.#untilDrained();
    } while (!exchange.isDone);
  }

  async #untilDrained(): Promise<void> {
    if (this.#exchange.isDone) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}

async function readSome(handle: FileHandle, atBytes: number, endBytes: number): Promise<Buffer> {
  const size = Math.min(READ_BYTES, endBytes - atBytes);
  if (size === 0) return NOTHING;
  const buffer = Buffer.allocUnsafe(size);
  allocatedBriefly(size);
  const { bytesRead } = await handle.read(buffer, 0, size, atBytes);
  if (bytesRead === 0) throw new Error('it became shorter while it was sent');
  return buffer.subarray(0, bytesRead);
}
