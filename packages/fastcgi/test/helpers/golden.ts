// Runs one golden case against the side it is addressed to and tells what came of it.
import type { ServerOptions } from '../../src/index.ts';
import { ClientPeer } from './client-peer.ts';
import type { RecordingTransport } from './recording-transport.ts';
import { bytesOf } from './replay.ts';
import { ServerPeer } from './server-peer.ts';

/** A row of `vectors/fastcgi.json`. Bytes are hex, see `bytesOf`. */
export interface GoldenCase {
  readonly id: string;
  /** The side that reads the bytes. */
  readonly to: 'application' | 'web-server';
  readonly note: string;
  /** What came before, in one piece; a web server has begun request 1 anyhow. */
  readonly before?: string;
  /** Whether the application answers every request at once. */
  readonly answered?: boolean;
  readonly bytes: string;
  /** What comes after, in one piece. */
  readonly after?: string;
  readonly eof?: boolean;
  readonly options?: ServerOptions;
  /** Everything the handler was told. */
  readonly log: readonly string[];
  /** Everything that was answered, without what a web server sends to begin its request. */
  readonly sent: string;
  readonly transport: RecordingTransport['state'];
}

/** What came of a case. */
export type Outcome = Pick<GoldenCase, 'log' | 'sent' | 'transport'>;

/** Feeds a case in the given pieces, `trailing` behind them. */
export function run(golden: GoldenCase, pieces: readonly Buffer[], trailing = ''): Outcome {
  const peer = golden.to === 'application' ? serverPeer(golden) : clientPeer();
  const sentBefore = peer.transport.bytes.length;
  peer.connection.receive(bytesOf(golden.before ?? ''));
  for (const piece of pieces) peer.connection.receive(piece);
  peer.connection.receive(bytesOf(golden.after ?? ''));
  peer.connection.receive(bytesOf(trailing));
  if (golden.eof === true) peer.connection.receiveEnd();
  return {
    log: peer.log,
    sent: peer.transport.bytes.subarray(sentBefore).toString('hex'),
    transport: peer.transport.state,
  };
}

function serverPeer(golden: GoldenCase): ServerPeer {
  const peer = new ServerPeer(golden.options);
  if (golden.answered === true) peer.on.onRequest = (request) => request.end();
  peer.on.onAbort = (request) => request.end([], 1);
  return peer;
}

function clientPeer(): ClientPeer {
  const peer = new ClientPeer();
  peer.connection.request({ params: [['REQUEST_METHOD', 'GET']], stdin: [] });
  return peer;
}
