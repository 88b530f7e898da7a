// The worker wire by itself, in both languages: nobody else speaks it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { encodePairs, Params } from '@sluice/fastcgi/codec';
import { encodeRequestStart } from '../../../packages/gateway/dist/backends/workers/frames.js';
import { LaneDecoder } from '../../../packages/gateway/dist/backends/workers/lane-decoder.js';
import { Variables } from '../../../packages/gateway/dist/exchange/variables.js';
import { PYTHON } from '../stage/requirements.mjs';
import { inChunks, VARIABLES } from './sample.mjs';

const COUNT = 1000;
const SCRIPT = fileURLToPath(new URL('wire.py', import.meta.url));
const SOURCES = fileURLToPath(new URL('../../../python/src', import.meta.url));

const block = Params.from(encodePairs(VARIABLES)).toBlock();
const request = encodeRequestStart(1, 0, new Variables(block), 0);
const RESPONSE_END = 0x1001;
const HEAD = '200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n';
const BODY = 'Hello, world\n';

/** @type {readonly import('./run.mjs').Case[]} */
export const wire = [
  {
    title: `wire, gateway: write requests of ${VARIABLES.length} variables`,
    verb: 'built',
    unit: 'frames',
    count: COUNT,
    bytes: COUNT * request.length,
    ours: writeRequests,
  },
  {
    title: 'wire, gateway: read responses of 13 bytes',
    verb: 'parsed',
    unit: 'frames',
    count: COUNT,
    bytes: COUNT * response().length,
    ours: readResponses(inChunks(Buffer.concat(Array(COUNT).fill(response())))),
  },
];

function writeRequests() {
  let bytes = 0;
  for (let count = 0; count < COUNT; count++) {
    bytes += encodeRequestStart(count, 0, new Variables(block), 0).length;
  }
  return bytes === COUNT * request.length ? COUNT : 0;
}

/** Length of the payload, kind, tag, length of the head; head; body. */
function response() {
  const start = Buffer.alloc(12);
  start.writeUInt32BE(4 + HEAD.length + BODY.length, 0);
  start.writeUInt16BE(RESPONSE_END, 4);
  start.writeUInt32BE(HEAD.length, 8);
  return Buffer.concat([start, Buffer.from(HEAD + BODY)]);
}

function readResponses(chunks) {
  let count = 0;
  const refuse = () => {
    throw new Error('not a whole response');
  };
  const decoder = new LaneDecoder({
    response(_tag, _head, _bytes, isLast) {
      if (isLast) count++;
    },
    body: refuse,
    file: refuse,
    failed: refuse,
    log: refuse,
  });
  return () => {
    count = 0;
    for (const chunk of chunks) decoder.receive(chunk);
    return count;
  };
}

/** What the worker does for the same request and response. @returns {import('./run.mjs').CaseResult[]} */
export function measurePython() {
  const { status, stdout, stderr } = spawnSync(PYTHON, [SCRIPT], {
    encoding: 'utf8',
    input: request,
    env: { ...process.env, PYTHONPATH: SOURCES, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status !== 0) throw new Error(`${SCRIPT} failed\n${stderr}`);
  return JSON.parse(stdout).map(({ title, verb, perSecond, bytes }) => ({
    title: `wire, worker: ${title}`,
    verb,
    unit: 'frames',
    bytesPerUnit: bytes,
    perSecond: { ours: perSecond, theirs: [] },
    ratios: [],
  }));
}
