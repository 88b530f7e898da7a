import { describe, expect, it } from '@jest/globals';
import { encodeAbortRequest, ONE_WRITE_MAX, RecordType } from '../src/index.ts';
import { get, head, stdin, stdinEnd } from './helpers/messages.ts';
import { recordsIn, streamContent } from './helpers/records.ts';
import { ServerPeer } from './helpers/server-peer.ts';

function begun(...inputs: Buffer[]): ServerPeer {
  const peer = new ServerPeer();
  for (const input of inputs) peer.connection.receive(input);
  return peer;
}

const ENDED = expect.objectContaining({ code: 'FCGI_REQUEST_ENDED', fault: 'local' });

describe('ending a request', () => {
  it('is one write of output, its end and END_REQUEST', () => {
    const peer = begun(get(1));
    peer.request(1).end([Buffer.from('Status: 200\r\n\r\n'), Buffer.from('hi')], 7);
    expect(peer.transport.writes.map((bytes) => bytes.toString('hex'))).toEqual([
      `0106000100110700${Buffer.from('Status: 200\r\n\r\nhi').toString('hex')}00000000000000` +
        '0106000100000000' +
        '01030001000800000000000700000000',
    ]);
    expect(peer.connection.activeRequests).toBe(0);
    expect(peer.transport.state).toBe('open');
  });

  it.each([ONE_WRITE_MAX - 1, ONE_WRITE_MAX, ONE_WRITE_MAX + 1, 300_001])(
    'sends %i bytes unharmed',
    (length) => {
      const content = Buffer.alloc(length, 'sluice');
      const peer = begun(get(1));
      peer.request(1).end([content.subarray(0, 100), content.subarray(100)]);
      expect(streamContent(peer.transport.bytes, RecordType.STDOUT, 1).equals(content)).toBe(true);
      expect(peer.transport.writes.length === 1).toBe(length <= ONE_WRITE_MAX);
      expect(peer.transport.bytes.length % 8).toBe(0);
      expect(
        recordsIn(peer.transport.bytes)
          .slice(-2)
          .map(({ type }) => type),
      ).toEqual([RecordType.STDOUT, RecordType.END_REQUEST]);
    },
  );

  it('ends STDERR too if it was used', () => {
    const peer = begun(get(1));
    peer.request(1).writeStderr(Buffer.from('log'));
    peer.request(1).end();
    expect(recordsIn(peer.transport.bytes).map(({ type, content }) => [type, content.toString()])).toEqual([
      [RecordType.STDERR, 'log'],
      [RecordType.STDERR, ''],
      [RecordType.STDOUT, ''],
      [RecordType.END_REQUEST, '\0\0\0\0\0\0\0\0'],
    ]);
  });

  it('ends the transport when KEEP_CONN is not set', () => {
    const peer = begun(get(1, false));
    peer.request(1).end();
    expect(peer.transport.state).toBe('ended');
    expect(peer.connection.isEnded).toBe(true);
  });

  it('frees the id at once, and makes the request unusable', () => {
    const peer = begun(get(1));
    const first = peer.request(1);
    first.end();
    peer.connection.receive(get(1));
    expect(peer.requests.length).toBe(2);
    expect(() => first.end()).toThrow(ENDED);
    expect(() => first.writeStdout(Buffer.from('x'))).toThrow(ENDED);
    expect(() => first.refuse('overloaded')).toThrow(ENDED);
    expect(() => first.abort()).toThrow(ENDED);
    expect(peer.request(1).isWritable).toBe(true);
  });
});

describe('writing', () => {
  it('never writes an empty STDOUT record, which would end the stream', () => {
    const peer = begun(get(1));
    expect(peer.request(1).writeStdout()).toBe(true);
    expect(peer.request(1).writeStdout(Buffer.alloc(0))).toBe(true);
    expect(peer.transport.writes).toEqual([]);
  });

  it('copies a little and sends a lot as views', () => {
    const peer = begun(get(1));
    peer.request(1).writeStdout(Buffer.from('a'), Buffer.from('b'));
    expect(peer.transport.writes.length).toBe(1);
    const big = Buffer.alloc(40_001, 'x');
    peer.request(1).writeStdout(big);
    expect(streamContent(peer.transport.bytes, RecordType.STDOUT, 1).toString()).toBe(`ab${big.toString()}`);
    expect(peer.transport.bytes.length % 8).toBe(0);
  });

  it('says when to stop, and when to go on only to who was stopped', () => {
    const peer = begun(get(1), get(3));
    peer.transport.capacity = 20;
    expect(peer.request(1).writeStdout(Buffer.from('0123456789abcdef'))).toBe(false);
    peer.transport.capacity = Infinity;
    peer.connection.drained();
    peer.connection.drained();
    expect(peer.log.slice(4)).toEqual(['drain 1']);
  });

  it('stops giving room as soon as the transport is full again', () => {
    const peer = begun(get(1), get(3));
    peer.transport.capacity = 0;
    peer.request(1).writeStdout(Buffer.from('x'));
    peer.request(3).writeStdout(Buffer.from('x'));
    peer.transport.capacity = 1;
    peer.on.onDrain = (request) => request.writeStdout(Buffer.from('y'));
    peer.connection.drained();
    expect(peer.log.slice(4)).toEqual(['drain 1']);
    peer.transport.capacity = Infinity;
    peer.connection.drained();
    expect(peer.log.slice(5)).toEqual(['drain 1', 'drain 3']);
  });
});

describe('refusing a request', () => {
  it.each([
    ['cant-multiplex', 1],
    ['overloaded', 2],
    ['unknown-role', 3],
  ] as const)('as %s sends END_REQUEST alone with status %i', (reason, status) => {
    const peer = begun(get(1));
    peer.request(1).refuse(reason);
    expect(peer.transport.hex).toBe(`010300010008000000000000${status.toString(16).padStart(2, '0')}000000`);
  });

  it('is too late after output', () => {
    const peer = begun(get(1));
    peer.request(1).writeStdout(Buffer.from('x'));
    expect(() => peer.request(1).refuse('overloaded')).toThrow(
      expect.objectContaining({ code: 'FCGI_RESPONSE_STARTED' }),
    );
  });
});

describe('cutting an answer', () => {
  it('destroys the connection without END_REQUEST, after bytes that no web server takes for an end', () => {
    const peer = begun(get(1));
    peer.request(1).writeStdout(Buffer.from('part'));
    peer.request(1).abort();
    expect(peer.transport.state).toBe('destroyed');
    const sent = peer.transport.bytes;
    expect(recordsIn(sent.subarray(0, -8)).map(({ type }) => type)).toEqual([RecordType.STDOUT]);
    expect(sent.subarray(-8).toString('hex')).toBe('0000000100000000');
    expect(() => recordsIn(sent)).toThrow(expect.objectContaining({ code: 'FCGI_VERSION' }));
    expect(peer.log).not.toContain('abort 1');
  });

  it('spares the neighbours: END_REQUEST with a status that is not 0', () => {
    const peer = begun(get(1), get(3));
    peer.request(1).abort();
    expect(peer.transport.state).toBe('open');
    expect(peer.transport.hex).toBe('01030001000800000000000100000000');
    peer.request(3).abort();
    expect(peer.transport.state).toBe('destroyed');
  });
});

describe('ABORT_REQUEST', () => {
  it('is told once; writes do nothing from then on, and the end is END_REQUEST alone', () => {
    const peer = begun(get(1), encodeAbortRequest(1), encodeAbortRequest(1));
    const request = peer.request(1);
    expect(peer.log.slice(2)).toEqual(['abort 1']);
    expect([request.isAborted, request.isWritable]).toEqual([true, false]);
    expect(request.writeStdout(Buffer.from('x'))).toBe(true);
    request.end([Buffer.from('late')], 9);
    expect(peer.transport.hex).toBe('01030001000800000000000900000000');
  });

  it('leaves the application free to cut, refuse or end: it is END_REQUEST alone', () => {
    const peer = begun(get(1), encodeAbortRequest(1));
    peer.request(1).abort();
    expect(peer.transport.state).toBe('open');
    expect(peer.transport.hex).toBe('01030001000800000000000100000000');
  });

  it('gives back what was held', () => {
    const peer = new ServerPeer({ limits: { heldBytes: 100 } });
    peer.connection.receive(head(1));
    peer.request(1).pauseStdin();
    peer.connection.receive(stdin(1, Buffer.alloc(200)));
    peer.connection.receive(encodeAbortRequest(1));
    expect(peer.transport.isPaused).toBe(false);
  });

  it('before the end of PARAMS is answered without telling anybody', () => {
    const peer = begun(head(1).subarray(0, 16), encodeAbortRequest(1));
    expect(peer.log).toEqual([]);
    expect(peer.transport.hex).toBe('01030001000800000000000100000000');
    expect(peer.connection.activeRequests).toBe(0);
  });

  it('stops the input, also what was held', () => {
    const peer = new ServerPeer();
    peer.on.onRequest = (request) => request.pauseStdin();
    for (const input of [head(1), stdin(1, 'held'), encodeAbortRequest(1), stdin(1, 'late'), stdinEnd(1)]) {
      peer.connection.receive(input);
    }
    peer.request(1).resumeStdin();
    expect(peer.log.slice(1)).toEqual(['abort 1']);
  });
});

describe('a lost connection', () => {
  it('aborts what is open; using the request then does nothing', () => {
    const peer = begun(get(1));
    peer.connection.receiveEnd();
    const request = peer.request(1);
    expect(peer.log.slice(2)).toEqual(['abort 1']);
    expect(peer.transport.state).toBe('destroyed');
    expect(request.writeStdout(Buffer.from('x'))).toBe(true);
    request.end([Buffer.from('x')]);
    request.refuse('overloaded');
    request.abort();
    expect(peer.transport.writes).toEqual([]);
  });

  it('tells an aborted request nothing more', () => {
    const peer = begun(get(1), encodeAbortRequest(1));
    peer.connection.receiveEnd();
    expect(peer.log.filter((line) => line === 'abort 1').length).toBe(1);
  });
});
