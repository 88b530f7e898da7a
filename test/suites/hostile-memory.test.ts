// Bodies in the smallest pieces a protocol allows: they must not weigh much more than their bytes.
import { beforeAll, expect, it } from '@jest/globals';
import {
  encodeBeginRequest,
  encodeParams,
  encodeRecord,
  encodeStreamEnd,
  RecordType,
  Role,
} from '@sluice/fastcgi';
import { bedOfSuite } from '../harness/bed.ts';
import { within } from '../harness/deadline.ts';
import { startGateway, type Gateway } from '../harness/gateway.ts';
import { peakResidentBytes } from '../harness/hostile/resident.ts';
import { fastcgi } from '../harness/hostile/speak-fastcgi.ts';
import { http } from '../harness/hostile/speak-http.ts';
import { variablesOf, type Speaker } from '../harness/hostile/speaker.ts';
import { RawConnection } from '../harness/raw-connection.ts';

const SIZE = 60_000;
const CLIENTS = 24;
/** What is tried here is weight: on a busy machine each of a million pieces may take its time. */
const DEADLINE_MS = 90_000;
/**
 * What all of them together may add to the most the gateway ever weighed. Their bytes are 1.4 MiB, what is between is buffers of
 * sockets and garbage. A buffer for each byte would be 500 MiB, the reads they came in 1 GiB.
 */
const GROWTH_BYTES = 128 * 1024 * 1024;

const bed = bedOfSuite();
let gateway: Gateway;
beforeAll(async () => {
  const listen = ['http', 'fastcgi'].map(
    (protocol) =>
      `[[listen]]\nprotocol = "${protocol}"\naddress = ${JSON.stringify(`unix:${bed.site.path(protocol)}`)}`,
  );
  const pool = ['queue = { length = 128, timeout = "90s" }', 'look_ahead = 0'];
  gateway = await startGateway(bed, { listen: [], pool, toml: listen });
}, 60_000);

/** A body of one byte in each chunk. */
function* chunks(): Generator<Buffer> {
  yield Buffer.from('POST /digest HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  yield Buffer.from(`${'1\r\nx\r\n'.repeat(SIZE)}0\r\n\r\n`);
}

/** A body of one byte in each record, and a large record nobody reads between two of them. */
function* records(): Generator<Buffer> {
  yield encodeBeginRequest(1, Role.RESPONDER, true);
  yield encodeParams(1, variablesOf({ target: '/digest', method: 'POST', body: 'x'.repeat(SIZE) }));
  const byte = encodeRecord(RecordType.STDIN, 1, Buffer.from('x'));
  const unread = encodeRecord(99, 1, Buffer.alloc(65_528));
  for (let at = 0; at < 300; at++) yield Buffer.concat([byte, unread]);
  yield Buffer.concat(Array.from({ length: SIZE - 300 }, () => byte));
  yield encodeStreamEnd(RecordType.STDIN, 1);
}

async function upload(speaker: Speaker, parts: Iterable<Buffer>): Promise<unknown> {
  const connection = await RawConnection.open({ path: bed.site.path(speaker.protocol) });
  const received: Buffer[] = [];
  const talk = async (): Promise<unknown> => {
    for (const part of parts) await connection.send(part);
    for (let chunk; (chunk = await connection.read());) {
      received.push(chunk);
      const [answer] = speaker.answers(Buffer.concat(received), false);
      if (answer) return JSON.parse(answer.body);
    }
    return undefined;
  };
  try {
    return await within(DEADLINE_MS, talk(), () => `no answer over ${speaker.protocol}`);
  } finally {
    connection.close();
  }
}

it.each([
  ['chunks of one byte over HTTP', http, chunks],
  ['records of one byte among large ones over FastCGI', fastcgi, records],
] as const)(
  '%s weigh little',
  async (_name, speaker, parts) => {
    const before = peakResidentBytes(gateway.pid);
    const answers = await Promise.all(Array.from({ length: CLIENTS }, () => upload(speaker, parts())));
    for (const answer of answers) expect(answer).toMatchObject({ size: SIZE });
    expect(peakResidentBytes(gateway.pid) - before).toBeLessThan(GROWTH_BYTES);
  },
  2 * DEADLINE_MS,
);
