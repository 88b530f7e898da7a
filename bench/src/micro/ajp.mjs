// The codec of @sluice/ajp by itself: no other package for Node reads or writes AJP.
import {
  decodeForwardRequest,
  encodeBodyChunks,
  encodeForwardRequest,
  encodeResponseHead,
  END_REUSE,
  PACKET_SIZE_DEFAULT,
  PacketDecoder,
} from '@sluice/ajp/codec';
import { inChunks } from './sample.mjs';

const COUNT = 1000;

/** A request as mod_proxy_ajp sends it for a browser. */
const REQUEST = {
  method: 'GET',
  protocol: 'HTTP/1.1',
  uri: '/items',
  queryString: 'page=2&sort=name',
  remoteAddress: '192.0.2.7',
  serverName: 'www.example.org',
  serverPort: 80,
  headers: [
    ['host', 'www.example.org'],
    ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
    ['accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ['accept-language', 'en-US,en;q=0.5'],
    ['cookie', 'session=0123456789abcdef0123456789abcdef'],
  ],
  attributes: [
    ['AJP_REMOTE_PORT', '50712'],
    ['AJP_LOCAL_ADDR', '192.0.2.1'],
  ],
};

const HEAD = {
  status: 200,
  reason: 'OK',
  headers: [
    ['Content-Type', 'text/plain'],
    ['Content-Length', '13'],
  ],
};
const BODY = [Buffer.from('Hello, world\n')];

/** @type {readonly import('./run.mjs').Case[]} */
export const ajp = [
  {
    title: 'AJP: read requests of 5 headers',
    verb: 'parsed',
    unit: 'packets',
    count: COUNT,
    bytes: COUNT * encodeForwardRequest(REQUEST).length,
    ours: readRequests(inChunks(Buffer.concat(Array(COUNT).fill(encodeForwardRequest(REQUEST))))),
  },
  {
    title: 'AJP: write requests of 5 headers',
    verb: 'built',
    unit: 'packets',
    count: COUNT,
    bytes: COUNT * encodeForwardRequest(REQUEST).length,
    ours: () => repeat(() => encodeForwardRequest(REQUEST)),
  },
  {
    title: 'AJP: write responses of 13 bytes (3 packets)',
    verb: 'built',
    unit: 'responses',
    count: COUNT,
    ours: () =>
      repeat(() => encodeBodyChunks(BODY, PACKET_SIZE_DEFAULT, encodeResponseHead(HEAD), END_REUSE)),
  },
];

function readRequests(chunks) {
  const decoder = new PacketDecoder('toContainer', PACKET_SIZE_DEFAULT);
  return () => {
    let count = 0;
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let payload = decoder.next(); payload !== null; payload = decoder.next()) {
        decodeForwardRequest(payload);
        count++;
      }
    }
    return count;
  };
}

function repeat(build) {
  let bytes = 0;
  for (let count = 0; count < COUNT; count++) bytes += build().length;
  return bytes > 0 ? COUNT : 0;
}
