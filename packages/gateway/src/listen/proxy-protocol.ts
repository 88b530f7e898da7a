// Takes the PROXY header off the beginning of each connection and notes what it says.
import type { Socket } from 'node:net';
import type { Step } from './entrance.ts';
import { tellEnds } from './peers.ts';
import { readProxyHeader } from './proxy-header.ts';

/** The step, and the connections that are still in it. */
export interface ProxyStep {
  readonly step: Step;
  /** Ends those. */
  readonly close: () => void;
}

/**
 * Reads a PROXY header before anything else. A connection without one, or whose header is not there in time, is ended; so
 * is one that ends before, without a word: checks of health do that.
 */
export function expectProxyHeader(
  timeoutMs: number,
  onRefused: (peer: string, reason: string) => void,
): ProxyStep {
  const waiting = new Set<Socket>();
  const step: Step = (socket, pass) => {
    waiting.add(socket);
    let received = Buffer.alloc(0);
    const leave = (): void => {
      clearTimeout(clock);
      waiting.delete(socket);
      socket.off('readable', read).off('close', leave).off('error', ignore);
    };
    const refuse = (reason: string): void => {
      leave();
      socket.on('error', ignore);
      onRefused(socket.remoteAddress ?? '', reason);
      socket.destroy();
    };
    const read = (): void => {
      const chunk: Buffer | null = socket.read() as Buffer | null;
      // Only an end of the stream is readable without bytes.
      if (chunk === null) return void (socket.readableEnded && socket.destroy());
      received = Buffer.concat([received, chunk]);
      const header = readProxyHeader(received);
      if (header.state === 'incomplete') return;
      if (header.state === 'malformed') return refuse(header.reason);
      leave();
      if (header.ends !== null) tellEnds(socket, header.ends);
      if (received.length > header.sizeBytes) socket.unshift(received.subarray(header.sizeBytes));
      pass(socket);
    };
    const clock = setTimeout(() => refuse(`no PROXY header within ${timeoutMs} ms`), timeoutMs);
    socket
      .on('readable', read)
      .on('close', leave)
      .on('error', ignore)
      .on('end', () => waiting.has(socket) && socket.destroy());
  };
  return { step, close: () => waiting.forEach((socket) => socket.destroy()) };
}

function ignore(): void {}
