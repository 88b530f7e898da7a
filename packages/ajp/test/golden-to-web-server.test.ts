import { describe, expect, it } from '@jest/globals';
import { ClientSession } from './helpers/client-session.ts';
import { everySplit } from './helpers/splits.ts';
import { parseHex, readVectors } from './helpers/vectors.ts';

const HEAD_200 = parseHex('41 42 00 0a 04 00 c8 00 02 4f 4b 00 00 00');

function begin(stage: readonly string[]): ClientSession {
  const session = new ClientSession();
  if (stage.includes('uploading hello')) {
    session
      .request({ method: 'POST', headers: [['transfer-encoding', 'chunked']] })
      .end([Buffer.from('hello')]);
  } else {
    session.request();
  }
  if (stage.includes('after head')) session.receive(HEAD_200);
  session.transport.onWrite = (bytes) => {
    session.log.push(`send ${bytes.toString('hex').replace(/..(?=.)/g, '$& ')}`);
  };
  return session;
}

describe('what a container sends', () => {
  const vectors = readVectors('to-web-server.md');

  it('is all there', () => {
    expect(vectors).toHaveLength(18);
  });

  it.each(vectors)('$name: $why', ({ stage, parts, log }) => {
    for (const pieces of everySplit(Buffer.concat(parts))) {
      const session = begin(stage).receive(...pieces);
      // Editors strip the blank after an empty value.
      expect(session.log.map((line) => line.trimEnd())).toEqual(log);
    }
  });
});
