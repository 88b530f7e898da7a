import { describe, expect, it } from '@jest/globals';
import type { ServerConnectionOptions } from '../src/server-connection.ts';
import { encodeForwardRequest } from '../src/forward-request-encoder.ts';
import { readVectors } from './helpers/vectors.ts';
import { everySplit } from './helpers/splits.ts';
import { ServerReplay } from './helpers/server-replay.ts';

const CHUNKED_POST = encodeForwardRequest({
  method: 'POST',
  uri: '/',
  remoteAddress: '127.0.0.1',
  serverName: 'h',
  headers: [['transfer-encoding', 'chunked']],
});

function optionsOf(stage: readonly string[]): ServerConnectionOptions {
  return {
    ...(stage.includes('secret=sec') && { secret: 'sec' }),
    ...(stage.includes('lenient') && { strict: false }),
    ...(stage.includes('receivePacketSize=8192') && { limits: { receivePacketSize: 8192 } }),
  };
}

describe('what a web server sends', () => {
  const vectors = readVectors('to-container.md');

  it('is all there', () => {
    expect(vectors.map((vector) => vector.name).filter((name) => !name.endsWith('lenient'))).toHaveLength(45);
  });

  it.each(vectors)('$name: $why', ({ stage, parts, log }) => {
    const [first = Buffer.alloc(0), ...rest] = parts;
    for (const pieces of everySplit(first)) {
      const replay = new ServerReplay(optionsOf(stage));
      if (stage.includes('after chunked POST')) replay.feed([CHUNKED_POST]);
      replay.feed(pieces).feed(rest);
      if (stage.includes('eof')) replay.connection.receiveEnd();
      // Editors strip the blank after an empty value.
      expect(replay.log.map((line) => line.trimEnd())).toEqual(log);
    }
  });
});
