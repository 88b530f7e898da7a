// Whole exchanges: what a server library does from the bytes of a request to those of its answer, without a socket.
import { EventEmitter } from 'node:events';
import nodeFastcgi from 'node-fastcgi';
import { ServerConnection } from '@sluice/fastcgi';
import { encodeBeginRequest, encodeParams, encodeStreamEnd, RecordType, Role } from '@sluice/fastcgi/codec';
import { inChunks, VARIABLES } from './sample.mjs';

const nothing = () => {};

const COUNT = 250;
const BODY = Buffer.from('Hello, world\n');
const HEADERS = { 'Content-Type': 'text/plain', 'Content-Length': '13' };
const HEAD = Buffer.from('Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n');

const REQUEST = Buffer.concat([
  encodeBeginRequest(1, Role.RESPONDER, true),
  encodeParams(1, VARIABLES),
  encodeStreamEnd(RecordType.STDIN, 1),
]);
const CHUNKS = inChunks(Buffer.concat(Array(COUNT).fill(REQUEST)));

/** Outside the goals: there is more to a server than records. @type {readonly import('./run.mjs').Case[]} */
export const server = [
  {
    title: `serve requests of ${VARIABLES.length} variables`,
    verb: 'served',
    unit: 'requests',
    peer: 'node-fastcgi',
    count: COUNT,
    bytes: COUNT * (REQUEST.length + HEAD.length + BODY.length),
    ours: serve(),
    theirs: serveTheirs(),
  },
];

function serve() {
  let count = 0;
  const transport = {
    write: () => true,
    end: nothing,
    destroy: nothing,
    pause: nothing,
    resume: nothing,
  };
  const connection = new ServerConnection(transport, {
    onRequest: nothing,
    onStdin: nothing,
    onStdinEnd(request) {
      count++;
      request.params.toBlock();
      request.end([HEAD, BODY]);
    },
    onData: nothing,
    onDataEnd: nothing,
    onAbort: nothing,
    onDrain: nothing,
  });
  return () => {
    count = 0;
    for (const chunk of CHUNKS) connection.receive(chunk);
    return count;
  };
}

/** It takes one request at a time under an id, and answers later than in the same call, so they come one by one. */
function serveTheirs() {
  let answered = nothing;
  const socket = Object.assign(new EventEmitter(), {
    writable: true,
    destroyed: false,
    setTimeout: nothing,
    end: nothing,
    write(bytes, callback) {
      if (callback) process.nextTick(callback);
      // The record that ends the request.
      if (bytes[1] === RecordType.END_REQUEST) answered();
      return true;
    },
  });
  const fastcgi = nodeFastcgi.createServer((_request, response) => {
    response.writeHead(200, HEADERS);
    response.end(BODY);
  });
  fastcgi.emit('connection', socket);
  return async () => {
    let count = 0;
    for (; count < COUNT; count++) {
      const ended = new Promise((resolve) => (answered = resolve));
      socket.emit('data', REQUEST);
      await ended;
    }
    return count;
  };
}
