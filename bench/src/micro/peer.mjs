// fastcgi-stream without a socket: chunks in, records out, and the other way round.
import { EventEmitter } from 'node:events';
import fastcgiStream from 'fastcgi-stream';

const { FastCGIStream, records } = fastcgiStream;

/** A reader: call it with chunks, it returns how many records came out of them. */
export function peerReader() {
  const socket = new EventEmitter();
  let count = 0;
  new FastCGIStream(socket).on('record', () => count++);
  return (chunks) => {
    count = 0;
    for (const chunk of chunks) socket.emit('data', chunk);
    return count;
  };
}

/** A writer of records: `write(id, record)`; what it writes goes nowhere. */
export function peerWriter() {
  const socket = Object.assign(new EventEmitter(), { write: () => true });
  const stream = new FastCGIStream(socket);
  return (id, record) => stream.writeRecord(id, record);
}

/** The record classes of fastcgi-stream. */
export const peerRecords = records;
