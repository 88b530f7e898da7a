// Valid conversations with a few bytes changed, in random pieces. Whatever comes, a connection may only refuse it.
// AJP_FUZZ_SECONDS sets how long (default 2 for each side), AJP_FUZZ_SEED repeats a run.
import { describe, expect, it } from '@jest/globals';
import { AjpError } from '../src/errors.ts';
import { encodeForwardRequest } from '../src/forward-request-encoder.ts';
import { ClientSession } from './helpers/client-session.ts';
import { Random, mutate } from './helpers/random.ts';
import { ServerSession, data, post } from './helpers/server-session.ts';
import { parseHex, readVectors } from './helpers/vectors.ts';

const SECONDS = Number(process.env['AJP_FUZZ_SECONDS'] ?? 2);
const SEED = Number(process.env['AJP_FUZZ_SEED'] ?? Date.now() % 2 ** 32);
const TEST_TIMEOUT_MS = (SECONDS + 20) * 1000;

const [END, PING] = [parseHex('12 34 00 00'), parseHex('12 34 00 01 0a')];
const REQUESTS: readonly [Buffer, ...Buffer[]] = [
  Buffer.concat([post(5), data('hello')]),
  Buffer.concat([PING, encodeForwardRequest({ method: 'PATCH', uri: '/', secret: 's', sslKeySize: 128 })]),
  encodeForwardRequest({
    method: 'GET',
    uri: '/a',
    headers: [
      ['host', 'h'],
      ['x-long', 'v'.repeat(300)],
    ],
    queryString: 'q=1',
    attributes: [['AJP_REMOTE_PORT', '1']],
  }),
  Buffer.concat([encodeForwardRequest({ method: 'PUT', uri: '/' }), data('a'), data('b'), END]),
  ...readVectors('to-container.md').map(({ parts }) => Buffer.concat(parts)),
];
const RESPONSES: readonly [Buffer, ...Buffer[]] = [
  parseHex(
    '41 42 00 0a 04 00 c8 00 02 4f 4b 00 00 00 41 42 00 09 03 00 05 68 65 6c 6c 6f 00 41 42 00 02 05 01',
  ),
  parseHex(
    '41 42 00 03 06 1f fa 41 42 00 0a 04 00 c8 00 02 4f 4b 00 00 00 41 42 00 04 03 00 00 00 41 42 00 02 05 00',
  ),
  ...readVectors('to-web-server.md').map(({ parts }) => Buffer.concat(parts)),
];

/** Runs `round` for the time given, and says how to repeat it if it fails. */
function fuzz(round: (random: Random) => void): number {
  const until = performance.now() + SECONDS * 1000;
  let rounds = 0;
  for (; performance.now() < until; rounds++) {
    const seed = (SEED + rounds) >>> 0;
    try {
      round(new Random(seed));
    } catch (error) {
      throw new Error(`repeat with AJP_FUZZ_SEED=${seed}`, { cause: error });
    }
  }
  return rounds;
}

function inPieces(bytes: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = random.below(4) === 0 ? 1 : 1 + random.below(bytes.length);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

describe(`seed ${SEED}: after changed bytes`, () => {
  it(
    'a container has refused with an AjpError or run one request at a time, and still ends',
    () => {
      const rounds = fuzz((random) => {
        const session = new ServerSession({ strict: random.below(2) === 0 });
        session.onRequest = (request) => {
          request.resumeBody();
          if (random.below(2) === 0) return;
          request.writeHead(200, 'OK', []);
          request.end([Buffer.from('x')]);
        };
        const wire = Buffer.concat([random.pick(REQUESTS), mutate(random.pick(REQUESTS), random)]);
        for (const piece of inPieces(wire, random)) session.connection.receive(piece);
        session.connection.receiveEnd();
        expect(session.transport.closed).not.toBe('no');
        expect(session.connection.activeRequest).toBeNull();
        for (const error of [...session.errors, ...session.aborts]) expect(error).toBeInstanceOf(AjpError);
        expect(session.errors.length).toBeLessThanOrEqual(1);
        // What it wrote is well-formed, whatever it read.
        expect(() => session.answers()).not.toThrow();
      });
      expect(rounds).toBeGreaterThan(0);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'a web server has one outcome for its request: the end or one AjpError',
    () => {
      const rounds = fuzz((random) => {
        const session = new ClientSession();
        const request = session.request({ method: 'POST', headers: [['transfer-encoding', 'chunked']] });
        request.end([Buffer.from('hello')]);
        for (const piece of inPieces(mutate(random.pick(RESPONSES), random), random)) session.receive(piece);
        session.connection.receiveEnd();
        expect(session.ends + session.errors.length).toBe(1);
        for (const error of session.errors) expect(error).toBeInstanceOf(AjpError);
        expect(session.connection.isClosed).toBe(true);
      });
      expect(rounds).toBeGreaterThan(0);
    },
    TEST_TIMEOUT_MS,
  );
});
