// Slow clients beside quick ones: they hold no worker, and those that do nothing at all lose their connection.
import { describe, expect, it } from '@jest/globals';
import { encodeBodyPacket, encodeForwardRequest } from '@sluice/ajp/codec';
import {
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  RecordType,
  Role,
} from '@sluice/fastcgi';
import { expectHealthy } from '../cases/case.ts';
import { withBed } from '../harness/bed.ts';
import { startGateway } from '../harness/gateway.ts';
import { until } from '../harness/deadline.ts';
import { formatHead } from '../harness/http.ts';
import { Ledger } from '../harness/ledger.ts';
import { RawConnection } from '../harness/raw-connection.ts';
import { describeWith } from '../harness/require.ts';
import { discrepancies, Visitors } from '../harness/visitors.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { openFront } from '../paths/path.ts';

const SLOW_CLIENTS = 200;
const LARGE = 4 * 1024 * 1024;

/** Ways to be slow: what is sent. Nobody reads anything. */
const SLOW: readonly (readonly [name: string, bytes: string])[] = [
  ['nothing', ''],
  ['half a head', 'GET /hello HTTP/1.1\r\nHost: local'],
  [
    'half a body',
    `${formatHead({ method: 'POST', target: '/digest', body: { sizeBytes: 9, blocks: [] } })}half`,
  ],
  ['a request for a large reply', formatHead({ target: `/pattern?size=${LARGE}` })],
];

for (const path of onePathPerProtocol) {
  describeWith(path.needs, `${SLOW_CLIENTS} slow clients, over ${path.name}`, () => {
    it('do not keep a single worker from answering everybody else', () =>
      withBed(async (bed) => {
        const front = await openFront(path, bed, { processes: 1, threads: 1 });
        // What nginx says of clients that leave while it sends to them is no concern of this suite.
        front.expectLog(/writev\(\) failed|Broken pipe|Connection reset/);
        const slow: RawConnection[] = [];
        for (let count = 0; count < SLOW_CLIENTS; count++) {
          const connection = await RawConnection.open(front.address);
          const [, bytes] = SLOW[count % SLOW.length] ?? ['', ''];
          await connection.send(bytes);
          slow.push(connection);
        }
        const ledger = new Ledger(bed.site);
        const visitors = new Visitors(Array(4).fill(front.address), ledger, 0);
        await until('400 requests are answered', () => visitors.visits.length > 400 || undefined);
        const visits = await visitors.stop();
        expect(discrepancies(visits, ledger)).toEqual([]);
        expect(visits.filter(({ status }) => status !== 200)).toEqual([]);
        for (const connection of slow) connection.close();
      }));
  });
}

const POST = { REQUEST_METHOD: 'POST', REQUEST_URI: '/digest', CONTENT_LENGTH: '9' };
const FASTCGI_BEGIN = encodeBeginRequest(1, Role.RESPONDER, true);
const FASTCGI_HEAD = Buffer.concat([FASTCGI_BEGIN, encodeParams(1, Object.entries(POST))]);
const FASTCGI_NO_BODY = encodeStreamEnd(RecordType.STDIN, 1);
const SCGI_HEAD = 'CONTENT_LENGTH\x009\0SCGI\x001\0REQUEST_METHOD\0POST\0REQUEST_URI\0/digest\0';

const AJP_HEAD = encodeForwardRequest({ method: 'POST', uri: '/digest', headers: [['content-length', '9']] });

/** Requests that end in the middle, by protocol: of the head, and of the body. */
const HALVES = [
  ['fastcgi', 'head', Buffer.concat([FASTCGI_BEGIN, Buffer.from('0104000100100000', 'hex')])],
  ['fastcgi', 'head', FASTCGI_BEGIN.subarray(0, 5)],
  ['fastcgi', 'body', Buffer.concat([FASTCGI_HEAD, encodeStream(RecordType.STDIN, 1, Buffer.from('half'))])],
  ['ajp', 'head', Buffer.from('123400200202', 'hex')],
  ['ajp', 'body', Buffer.concat([AJP_HEAD, encodeBodyPacket(Buffer.from('half'))])],
  ['scgi', 'head', Buffer.from('70:CONTENT_LENGTH')],
  ['scgi', 'body', Buffer.from(`${SCGI_HEAD.length}:${SCGI_HEAD},half`, 'latin1')],
  ['uwsgi', 'head', Buffer.from('00200000', 'hex')],
  ['http', 'body', Buffer.from(`POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf`)],
] as const;

const TIMEOUTS = ['[limits]', 'header_timeout = "300ms"', 'body_timeout = "300ms"', 'send_timeout = "300ms"'];

describe('a peer that stops', () => {
  it.each(HALVES)('in the middle of a request loses it: %s, half a %s', (protocol, part, bytes) =>
    withBed(async (bed) => {
      const path = bed.site.path(protocol);
      const listen = [
        '[[listen]]',
        `protocol = "${protocol}"`,
        `address = ${JSON.stringify(`unix:${path}`)}`,
      ];
      await startGateway(bed, {
        listen: [],
        processes: 1,
        toml: [...TIMEOUTS, ...listen],
        expectedLog: [/SLUICE_PEER_STALLED.*header_timeout/, /SLUICE_REQUEST_SLOW/],
      });
      const connection = await RawConnection.open({ path });
      await connection.send(bytes);
      // Half a head is answered by nothing, and half a body by what AJP asks for besides.
      const answer = await connection.readUntil('Request Timeout');
      connection.close();
      expect(answer === undefined).toBe(part === 'head');
    }),
  );

  it('reading a reply loses the connection', () =>
    withBed(async (bed) => {
      const port = await bed.reservePort();
      const path = bed.site.path('fastcgi');
      const gateway = await startGateway(bed, {
        listen: [
          { protocol: 'http', address: `127.0.0.1:${port}` },
          { protocol: 'fastcgi', address: `unix:${path}` },
        ],
        processes: 1,
        toml: TIMEOUTS,
        expectedLog: [/SLUICE_PEER_STALLED.*send_timeout/],
      });
      const target = `/pattern?size=${16 * LARGE}`;
      const webServer = await RawConnection.open({ path });
      const params = { REQUEST_METHOD: 'GET', REQUEST_URI: target, CONTENT_LENGTH: '0' };
      await webServer.send(
        Buffer.concat([FASTCGI_BEGIN, encodeParams(1, Object.entries(params)), FASTCGI_NO_BODY]),
      );
      await gateway.process.line(/SLUICE_PEER_STALLED/);
      await expectHealthy({ address: { port } });
      let bytes = 0;
      for (let piece; (piece = await webServer.read());) bytes += piece.length;
      expect(bytes).toBeLessThan(16 * LARGE);
      webServer.close();
    }));
});
