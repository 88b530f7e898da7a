// `sluice decode`: the bytes of a connection in words.
import { describe, expect, it } from '@jest/globals';
import {
  encodeBeginRequest,
  encodeEndRequest,
  encodeGetValues,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  ProtocolStatus,
  RecordType,
  Role,
} from '@sluice/fastcgi/codec';
import {
  BODY_END,
  encodeBodyChunks,
  encodeBodyPacket,
  encodeBodyWanted,
  encodeForwardRequest,
  encodeResponseHead,
  END_REUSE,
  FLUSH,
  PING,
  PONG,
} from '@sluice/ajp/codec';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { directoryWith, World, type Run } from './support.ts';

function decode(bytes: Buffer, ...words: readonly string[]): Promise<Run> {
  const file = join(directoryWith({}), 'capture');
  writeFileSync(file, bytes);
  return new World().run('decode', file, ...words);
}

const FASTCGI_REQUEST = Buffer.concat([
  encodeGetValues(),
  encodeBeginRequest(1, Role.RESPONDER, true),
  encodeParams(1, [
    ['REQUEST_METHOD', 'POST'],
    ['HTTP_COOKIE', 'a\x1b[2J'],
  ]),
  encodeStream(RecordType.STDIN, 1, Buffer.from('hello')),
  encodeStreamEnd(RecordType.STDIN, 1),
]);

const FASTCGI_REPLY = Buffer.concat([
  encodeUnknownType(12),
  encodeStream(RecordType.STDOUT, 7, Buffer.from(`Status: 200 OK\r\n\r\n${'x'.repeat(60)}`)),
  encodeStreamEnd(RecordType.STDOUT, 7),
  encodeEndRequest(7, 3, ProtocolStatus.REQUEST_COMPLETE),
]);

const FORWARD_REQUEST = encodeForwardRequest({
  method: 'POST',
  protocol: 'HTTP/1.1',
  uri: '/a',
  remoteAddress: '10.0.0.1',
  remoteHost: null,
  serverName: 'example.org',
  serverPort: 80,
  secure: false,
  headers: [
    ['content-length', '5'],
    ['x-word', 'yes'],
  ],
  queryString: 'b=1',
  secret: 'hidden',
  attributes: [['AJP_REMOTE_PORT', '1234']],
});

const AJP_REQUEST = Buffer.concat([
  PING,
  FORWARD_REQUEST,
  encodeBodyPacket(Buffer.from('hello')),
  FORWARD_REQUEST,
  BODY_END,
]);

const AJP_REPLY = Buffer.concat([
  PONG,
  encodeBodyWanted(),
  encodeResponseHead({ status: 404, reason: 'Not Found', headers: [['Content-Type', 'text/plain']] }),
  encodeBodyChunks([Buffer.from('no')]),
  FLUSH,
  END_REUSE,
]);

const BLOCK = 'CONTENT_LENGTH\x005\0SCGI\x001\0REQUEST_METHOD\0POST\0';
const SCGI_REQUEST = Buffer.from(`${BLOCK.length}:${BLOCK},hello`);
const UWSGI_REQUEST = Buffer.concat([
  Buffer.of(0, 23, 0, 0),
  Buffer.from('\x0e\0REQUEST_METHOD\x05\0BREW!', 'latin1'),
]);

describe('what a side has sent', () => {
  it.each([
    [
      'FastCGI, a web server',
      FASTCGI_REQUEST,
      [
        /^ {7}0 {2}GET_VALUES of the connection, \d+ bytes/,
        /^ {12}FCGI_MAX_CONNS=$/,
        /BEGIN_REQUEST of request 1, 8 bytes: RESPONDER, the connection is kept/,
        /PARAMS of request 1, \d+ bytes/,
        /PARAMS of request 1, 0 bytes: the end/,
        /^ {12}REQUEST_METHOD=POST$/,
        /^ {12}HTTP_COOKIE=a\\x1b\[2J$/,
        /STDIN of request 1, 5 bytes \+ 3 of padding: "hello"/,
        /STDIN of request 1, 0 bytes: the end/,
      ],
    ],
    [
      'FastCGI, an application',
      FASTCGI_REPLY,
      [
        /UNKNOWN_TYPE of the connection, 8 bytes: type 12 is not known/,
        /STDOUT of request 7, 78 bytes \+ 2 of padding: "Status: 200 OK\\r\\n\\r\\nx+"\.\.\.$/,
        /STDOUT of request 7, 0 bytes: the end/,
        /END_REQUEST of request 7, 8 bytes: REQUEST_COMPLETE, application status 3/,
      ],
    ],
    [
      'AJP, a web server',
      AJP_REQUEST,
      [
        /^ {7}0 {2}CPING, 1 bytes/,
        /^ {7}5 {2}FORWARD_REQUEST, \d+ bytes: POST \/a HTTP\/1\.1/,
        /^ {12}x-word: yes$/,
        /^ {12}queryString=b=1$/,
        /^ {12}AJP_REMOTE_PORT=1234$/,
        /^ {12}secret=\(not shown\)$/,
        /body, 7 bytes: "hello"/,
        /FORWARD_REQUEST/,
        /body, 0 bytes: the end/,
      ],
    ],
    [
      'AJP, a container',
      AJP_REPLY,
      [
        /CPONG, 1 bytes/,
        /GET_BODY_CHUNK, 3 bytes: 8186 bytes at most/,
        /SEND_HEADERS, \d+ bytes: 404 Not Found/,
        /^ {12}content-type: text\/plain$/i,
        /SEND_BODY_CHUNK, 6 bytes: "no"/,
        /SEND_BODY_CHUNK, 4 bytes: pass on what you have/,
        /END_RESPONSE, 2 bytes: the connection is kept/,
      ],
    ],
    [
      'SCGI',
      SCGI_REQUEST,
      [
        /request, \d+ bytes/,
        /^ {12}CONTENT_LENGTH=5$/,
        /^ {12}REQUEST_METHOD=POST$/,
        /body, 5 of 5 bytes: "hello"/,
      ],
    ],
    ['uwsgi', UWSGI_REQUEST, [/request, 27 bytes/, /^ {12}REQUEST_METHOD=BREW!$/]],
    ['uwsgi, a ping', Buffer.of(100, 0, 0, 0), [/a ping/]],
  ])('%s', async (name, bytes, lines) => {
    const words = name === 'uwsgi, a ping' ? ['--as', 'uwsgi'] : [];
    const { code, stdout, stderr } = await decode(bytes, ...words);
    expect([code, stderr]).toEqual([0, '']);
    const printed = stdout.trimEnd().split('\n');
    let from = 0;
    for (const line of lines) {
      const at = printed.findIndex((each, index) => index >= from && line.test(each));
      if (at < 0) throw new Error(`no line like ${line} from line ${from} of:\n${stdout}`);
      from = at + 1;
    }
  });

  it('may come on standard input', async () => {
    const world = new World();
    world.stdin = SCGI_REQUEST.toString();
    expect(await world.run('decode', '-')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('what is not well formed is told with its place', () => {
  it.each([
    ['FastCGI', FASTCGI_REQUEST],
    ['FastCGI', FASTCGI_REPLY],
    ['AJP', AJP_REQUEST],
    ['AJP', AJP_REPLY],
    ['SCGI', SCGI_REQUEST],
    ['uwsgi', UWSGI_REQUEST],
  ])('%s, cut anywhere', async (name, bytes) => {
    const as = { FastCGI: 'fastcgi', SCGI: 'scgi', uwsgi: 'uwsgi' }[name];
    const direction = bytes === AJP_REPLY ? 'ajp-response' : 'ajp-request';
    const whole = (await decode(bytes)).stdout;
    for (let length = 1; length < bytes.length; length++) {
      const { code, stdout, stderr } = await decode(bytes.subarray(0, length), '--as', as ?? direction);
      // A cut between two records leaves whole ones.
      if (code !== 0)
        expect([code, stderr]).toEqual([8, expect.stringMatching(/at byte \d+: it ends inside/)]);
      if (name !== 'SCGI') expect(whole.startsWith(stdout)).toBe(true);
    }
  });

  it.each([
    [
      'a record of version 2',
      Buffer.from('0201000100080000', 'hex'),
      ['--as', 'fastcgi'],
      /at byte 0: a record of version 2/,
    ],
    [
      'a short BEGIN_REQUEST',
      Buffer.from('010100010001000000', 'hex'),
      [],
      /at byte 0: BEGIN_REQUEST: 1 bytes, 8 expected/,
    ],
    [
      'a packet of the other side',
      Buffer.concat([PING, PONG]),
      [],
      /at byte 5: a packet that begins with 4142, expected 1234/,
    ],
    ['a netstring without its comma', Buffer.from('3:a\0b!'), [], /at byte 0: no comma/],
  ])('%s', async (_name, bytes, words, message) => {
    const { code, stderr } = await decode(bytes, ...words);
    expect([code, stderr]).toEqual([8, expect.stringMatching(message)]);
  });

  it.each([
    [
      [],
      Buffer.from('GET / HTTP/1.1\r\n'),
      /begins like no protocol \(474554202f204854\); there are fastcgi, /,
    ],
    [[], Buffer.alloc(0), /\(it is empty\)/],
    [['--as', 'gopher'], PING, /--as gopher: there are fastcgi/],
  ])('what is no capture: %j', async (words, bytes, message) => {
    const { code, stderr } = await decode(bytes, ...words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('a file that is not there', async () => {
    const { code, stderr } = await new World().run('decode', 'missing');
    expect([code, stderr]).toEqual([2, 'sluice: missing: there is no such file\n']);
  });
});
