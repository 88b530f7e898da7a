import {
  encodeBlockParams,
  encodeEndRequest,
  encodePairs,
  encodeParams,
  encodeRecord,
  Params,
  ProtocolStatus,
  RecordType,
} from '@sluice/fastcgi/codec';
import { peerRecords, peerWriter } from './peer.mjs';
import { VARIABLES } from './sample.mjs';

const COUNT = 1000;

/** @type {readonly import('./run.mjs').Case[]} */
export const build = [stdout(100), stdout(8192), endRequest(), params(), blockParams()];

function stdout(contentBytes) {
  const content = Buffer.alloc(contentBytes, 'x');
  return built(
    `write STDOUT records of ${contentBytes} bytes`,
    () => encodeRecord(RecordType.STDOUT, 1, content),
    () => new peerRecords.StdOut(content),
  );
}

function endRequest() {
  return built(
    'write END_REQUEST records',
    () => encodeEndRequest(1, 0, ProtocolStatus.REQUEST_COMPLETE),
    () => new peerRecords.EndRequest(0, 0),
  );
}

// Ours writes the end of the stream as well; it is not counted.
function params() {
  return built(
    `write PARAMS records of ${VARIABLES.length} variables`,
    () => encodeParams(1, VARIABLES),
    () => new peerRecords.Params(VARIABLES),
  );
}

/** The same from the form that the gateway has them in, a block of bytes; theirs knows only text. */
function blockParams() {
  const block = Params.from(encodePairs(VARIABLES)).toBlock();
  return built(
    `write PARAMS records of ${VARIABLES.length} variables from a block`,
    () => encodeBlockParams(1, block),
    () => new peerRecords.Params(VARIABLES),
  );
}

function built(title, encode, makeRecord) {
  const write = peerWriter();
  return {
    title,
    verb: 'built',
    unit: 'records',
    count: COUNT,
    bytes: COUNT * encode().length,
    ours: () => repeat(() => encode()),
    theirs: () => repeat(() => write(1, makeRecord())),
  };
}

let last;

/** Does it often and keeps the result, so that the engine cannot leave the work out. */
function repeat(work) {
  let count = 0;
  for (; count < COUNT; count++) last = work();
  return last === undefined ? 0 : count;
}
