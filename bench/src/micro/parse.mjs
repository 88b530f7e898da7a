import {
  encodeBeginRequest,
  encodeParams,
  encodeRecord,
  encodeStreamEnd,
  ParamsCollector,
  RecordDecoder,
  RecordType,
  Role,
} from '@sluice/fastcgi/codec';
import { peerReader } from './peer.mjs';
import { inChunks, VARIABLES } from './sample.mjs';

const RECORDS = 1000;
const REQUESTS = 250;
const RECORDS_PER_REQUEST = 4;
const PARAMS_BYTES_MAX = 65_536;
const PARAMS_COUNT_MAX = 1024;

/** @type {readonly import('./run.mjs').Case[]} */
export const parse = [records(100), records(8192), requests()];

function records(contentBytes) {
  const record = encodeRecord(RecordType.STDIN, 1, Buffer.alloc(contentBytes, 'x'));
  const chunks = inChunks(Buffer.concat(Array(RECORDS).fill(record)));
  const read = peerReader();
  return {
    title: `read STDIN records of ${contentBytes} bytes`,
    verb: 'parsed',
    unit: 'records',
    count: RECORDS,
    bytes: RECORDS * record.length,
    ours: countRecords(chunks),
    theirs: () => read(chunks),
  };
}

function countRecords(chunks) {
  let count = 0;
  const decoder = new RecordDecoder({
    onContent(_header, _chunk, _start, _end, remaining) {
      if (remaining === 0) count++;
    },
  });
  return () => {
    count = 0;
    for (const chunk of chunks) decoder.push(chunk);
    return count;
  };
}

// Each library in its own way up to what it hands on: theirs makes strings, ours the block that a worker gets.
function requests() {
  const request = Buffer.concat([
    encodeBeginRequest(1, Role.RESPONDER, true),
    encodeParams(1, VARIABLES),
    encodeStreamEnd(RecordType.STDIN, 1),
  ]);
  const chunks = inChunks(Buffer.concat(Array(REQUESTS).fill(request)));
  const read = peerReader();
  return {
    title: `read requests of ${VARIABLES.length} variables without a body`,
    verb: 'parsed',
    unit: 'records',
    count: REQUESTS * RECORDS_PER_REQUEST,
    bytes: REQUESTS * request.length,
    ours: readRequests(chunks),
    theirs: () => read(chunks),
  };
}

function readRequests(chunks) {
  let count = 0;
  let params = new ParamsCollector(PARAMS_BYTES_MAX, PARAMS_COUNT_MAX);
  const decoder = new RecordDecoder({
    onContent({ type, contentLength }, chunk, start, end, remaining) {
      if (remaining === 0) count++;
      if (type !== RecordType.PARAMS) return;
      if (contentLength > 0) {
        params.append(chunk, start, end);
        return;
      }
      params.finish().toBlock();
      params = new ParamsCollector(PARAMS_BYTES_MAX, PARAMS_COUNT_MAX);
    },
  });
  return () => {
    count = 0;
    for (const chunk of chunks) decoder.push(chunk);
    return count;
  };
}
