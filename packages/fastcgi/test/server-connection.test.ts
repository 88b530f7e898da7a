import { describe, expect, it } from '@jest/globals';
import {
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  RecordType,
  Role,
} from '../src/index.ts';
import { ServerPeer } from './helpers/server-peer.ts';

function get(id: number, keep: boolean): Buffer {
  return Buffer.concat([
    encodeBeginRequest(id, Role.RESPONDER, keep),
    encodeParams(id, [
      ['REQUEST_METHOD', 'GET'],
      ['QUERY_STRING', ''],
    ]),
    encodeStreamEnd(RecordType.STDIN, id),
  ]);
}

describe('one request on a connection', () => {
  it('is announced once its variables are complete, then its input ends', () => {
    const peer = new ServerPeer();
    peer.connection.receive(get(1, true));
    expect(peer.log).toEqual(['request 1 role 1 keep true REQUEST_METHOD=GET&QUERY_STRING=', 'stdin-end 1']);
  });

  it('is answered with one write that holds the output, its end and END_REQUEST', () => {
    const peer = new ServerPeer();
    peer.connection.receive(get(1, true));
    peer.requests[0]?.end([Buffer.from('Status: 200\r\n\r\n'), Buffer.from('hi')]);
    expect(peer.transport.writes.map((bytes) => bytes.toString('hex'))).toEqual([
      `0106000100110700${Buffer.from('Status: 200\r\n\r\nhi').toString('hex')}00000000000000` +
        '0106000100000000' +
        '01030001000800000000000000000000',
    ]);
    expect(peer.transport.ended).toBe(false);
    expect(peer.connection.activeRequests).toBe(0);
  });

  it('closes the transport after the answer when KEEP_CONN is not set', () => {
    const peer = new ServerPeer();
    peer.connection.receive(get(1, false));
    peer.requests[0]?.end();
    expect(peer.transport.ended).toBe(true);
  });
});

describe('a paused request', () => {
  it('holds its input without holding up its neighbour', () => {
    const peer = new ServerPeer();
    peer.on.onRequest = (request) => {
      if (request.id === 1) request.pauseStdin();
    };
    const head = (id: number): Buffer =>
      Buffer.concat([encodeBeginRequest(id, Role.RESPONDER, true), encodeParams(id, [['N', String(id)]])]);
    peer.connection.receive(Buffer.concat([head(1), encodeStream(RecordType.STDIN, 1, Buffer.from('slow'))]));
    peer.connection.receive(
      Buffer.concat([head(3), encodeStream(RecordType.STDIN, 3, Buffer.from('quick'))]),
    );
    peer.connection.receive(encodeStreamEnd(RecordType.STDIN, 1));
    expect(peer.log.slice(2)).toEqual(['stdin 3 quick']);
    peer.requests[0]?.resumeStdin();
    expect(peer.log.slice(3)).toEqual(['stdin 1 slow', 'stdin-end 1']);
    expect(peer.transport.isPaused).toBe(false);
  });
});
