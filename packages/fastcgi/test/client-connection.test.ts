import { describe, expect, it } from '@jest/globals';
import {
  encodeEndRequest,
  encodeRecord,
  RecordType,
  Role,
  type ClientRequest,
  type ParamPair,
} from '../src/index.ts';
import { ClientPeer } from './helpers/client-peer.ts';
import { answer, stdout } from './helpers/messages.ts';
import { recordsIn, streamContent } from './helpers/records.ts';

const PARAMS: ParamPair[] = [['A', 'b']];

function begin(peer: ClientPeer, stdin: readonly Buffer[] | undefined = []): ClientRequest {
  return peer.connection.request(stdin === undefined ? { params: PARAMS } : { params: PARAMS, stdin });
}

describe('beginning a request', () => {
  it('is one write when the input is known', () => {
    const peer = new ClientPeer();
    begin(peer, [Buffer.from('in')]);
    expect(peer.transport.writes.map((bytes) => bytes.toString('hex'))).toEqual([
      '01010001000800000001010000000000' +
        '01040001000404000101416200000000' +
        '0104000100000000' +
        '0105000100020600696e000000000000' +
        '0105000100000000',
    ]);
  });

  it('takes variables as a block of names and values', () => {
    const pairs = new ClientPeer();
    const block = new ClientPeer();
    begin(pairs);
    block.connection.request({ params: Buffer.from('A\0b\0'), stdin: [] });
    expect(block.transport.hex).toBe(pairs.transport.hex);
  });

  it('leaves the input open when it is not known, and ends it once', () => {
    const peer = new ClientPeer();
    const request = peer.connection.request({ params: PARAMS });
    request.writeStdin(Buffer.alloc(40_000, 'x'));
    request.writeStdin();
    request.endStdin();
    expect(streamContent(peer.transport.bytes, RecordType.STDIN, 1).length).toBe(40_000);
    expect(recordsIn(peer.transport.bytes).at(-1)).toMatchObject({
      type: RecordType.STDIN,
      content: Buffer.alloc(0),
    });
    for (const late of [() => request.endStdin(), () => request.writeStdin(Buffer.from('x'))]) {
      expect(late).toThrow(expect.objectContaining({ code: 'FCGI_REQUEST_ENDED' }));
    }
  });

  it('is refused while the connection is full or closing', () => {
    const peer = new ClientPeer();
    begin(peer);
    expect(peer.connection.canRequest).toBe(false);
    expect(() => begin(peer)).toThrow(expect.objectContaining({ code: 'FCGI_NO_FREE_ID', retriable: true }));
    peer.connection.close();
    expect(() => begin(peer)).toThrow(expect.objectContaining({ code: 'FCGI_CONNECTION_ENDED' }));
    expect(() => peer.connection.askValues()).toThrow(
      expect.objectContaining({ code: 'FCGI_CONNECTION_ENDED' }),
    );
  });

  it('sends nothing and keeps the connection when a variable cannot be encoded', () => {
    const peer = new ClientPeer();
    expect(() => peer.connection.request({ params: [['', 'x']] })).toThrow(
      expect.objectContaining({ code: 'FCGI_PARAM_INVALID' }),
    );
    expect(peer.transport.writes).toEqual([]);
    expect(peer.connection.canRequest).toBe(true);
  });

  it('sends the file of a Filter after its input', () => {
    const peer = new ClientPeer();
    const request = peer.connection.request({ params: PARAMS, role: Role.FILTER });
    expect(() => request.writeData(Buffer.from('x'))).toThrow(
      expect.objectContaining({ code: 'FCGI_OUT_OF_ORDER' }),
    );
    request.endStdin();
    request.writeData(Buffer.from('file'));
    request.endData();
    expect(() => request.endData()).toThrow(expect.objectContaining({ code: 'FCGI_REQUEST_ENDED' }));
    expect(streamContent(peer.transport.bytes, RecordType.DATA, 1).toString()).toBe('file');
    expect(() => begin(new ClientPeer()).writeData()).toThrow(
      expect.objectContaining({ code: 'FCGI_REQUEST_ENDED' }),
    );
  });

  it('says when to stop writing and when to go on', () => {
    const peer = new ClientPeer();
    const request = peer.connection.request({ params: PARAMS });
    peer.transport.capacity = 1;
    expect(request.writeStdin(Buffer.from('x'))).toBe(false);
    peer.transport.capacity = Infinity;
    peer.connection.drained();
    expect(peer.log).toEqual(['drain 1']);
  });
});

describe('the end of a request', () => {
  it('leaves a kept connection ready for the next, with the same id', () => {
    const peer = new ClientPeer();
    for (let round = 0; round < 3; round += 1) {
      expect(begin(peer).id).toBe(1);
      peer.connection.receive(answer(1, 'x'));
    }
    expect(peer.log.filter((line) => line === 'end 1 0').length).toBe(3);
    expect(peer.transport.state).toBe('open');
  });

  it('ends a connection that is not kept', () => {
    const peer = new ClientPeer({ keepConnection: false });
    begin(peer);
    expect(peer.transport.bytes[10]).toBe(0);
    peer.connection.receive(answer(1, 'x'));
    expect(peer.transport.state).toBe('ended');
    expect(peer.connection.canRequest).toBe(false);
  });

  it('ends the connection when the input was not finished; late writes do nothing', () => {
    const peer = new ClientPeer();
    const request = peer.connection.request({ params: PARAMS });
    peer.connection.receive(answer(1, 'early'));
    expect(peer.log).toContain('end 1 0');
    expect(peer.transport.state).toBe('ended');
    const sent = peer.transport.bytes.length;
    expect(request.writeStdin(Buffer.from('x'))).toBe(true);
    request.endStdin();
    expect(peer.transport.bytes.length).toBe(sent);
  });

  it.each([
    [1, 'FCGI_CANT_MULTIPLEX', true],
    [2, 'FCGI_OVERLOADED', true],
    [3, 'FCGI_UNKNOWN_ROLE', true],
    [9, 'FCGI_PROTOCOL_STATUS', false],
  ] as const)('with protocol status %i fails with %s', (status, code, retriable) => {
    const peer = new ClientPeer();
    begin(peer);
    peer.connection.receive(encodeEndRequest(1, 0, status as 1));
    expect(peer.errors).toMatchObject([{ code, retriable, requestId: 1 }]);
    begin(peer);
    peer.connection.receive(Buffer.concat([stdout(1, 'A: b\n\n'), encodeEndRequest(1, 0, status as 1)]));
    expect(peer.errors[1]).toMatchObject({ code, retriable: false });
  });

  it('that never comes is told apart by what had come', () => {
    const fresh = new ClientPeer();
    begin(fresh);
    fresh.connection.receiveEnd();
    const reused = new ClientPeer();
    begin(reused);
    reused.connection.receive(answer(1, 'x'));
    begin(reused);
    reused.connection.receiveEnd();
    const cut = new ClientPeer();
    begin(cut);
    cut.connection.receive(stdout(1, 'A: b\n\nhalf'));
    cut.connection.receiveEnd();
    const broken = new ClientPeer();
    begin(broken);
    broken.connection.receiveEnd(new Error('ECONNRESET'));
    const codes = [fresh, reused, cut, broken].map((peer) => peer.errors.map(({ code }) => code));
    expect(codes).toEqual([
      ['FCGI_PREMATURE_END'],
      ['FCGI_STALE_CONNECTION'],
      ['FCGI_RESPONSE_TRUNCATED'],
      ['FCGI_TRANSPORT'],
    ]);
  });
});

describe('a response', () => {
  it('comes through raw when the head is not to be parsed', () => {
    const peer = new ClientPeer({ parseHead: false });
    begin(peer);
    peer.connection.receive(answer(1, 'x'));
    expect(peer.log).toEqual(['body 1 Content-Type: text/plain\\r\\n\\r\\nx', 'end 1 0']);
  });

  it('with a malformed head fails alone and costs the connection', () => {
    const peer = new ClientPeer();
    begin(peer);
    peer.connection.receive(stdout(1, 'no colon\r\n\r\n'));
    expect(peer.log).toEqual(['fail 1 FCGI_HEAD_MALFORMED']);
    expect(peer.transport.state).toBe('destroyed');
  });

  it('with a malformed head spares the neighbours', () => {
    const peer = new ClientPeer({ concurrency: 2 });
    begin(peer);
    begin(peer);
    peer.connection.receive(stdout(1, 'no colon\r\n\r\n'));
    expect(recordsIn(peer.transport.bytes).at(-1)).toMatchObject({
      type: RecordType.ABORT_REQUEST,
      requestId: 1,
    });
    peer.connection.receive(Buffer.concat([stdout(1, 'more'), answer(2, 'fine'), encodeEndRequest(1, 1, 0)]));
    expect(peer.log.slice(1)).toEqual(['head 2 200 Content-Type=text/plain', 'body 2 fine', 'end 2 0']);
    expect(peer.connection.activeRequests).toBe(0);
  });

  it('is held while its reader is paused, to the end, and its neighbour is not', () => {
    const peer = new ClientPeer({ concurrency: 2 });
    const slow = begin(peer);
    begin(peer);
    slow.pause();
    peer.connection.receive(Buffer.concat([answer(1, 'slow'), answer(2, 'quick')]));
    expect(peer.log).toEqual(['head 2 200 Content-Type=text/plain', 'body 2 quick', 'end 2 0']);
    slow.resume();
    expect(peer.log.slice(3)).toEqual(['head 1 200 Content-Type=text/plain', 'body 1 slow', 'end 1 0']);
  });

  it('that is held pauses the connection at the limit', () => {
    const peer = new ClientPeer({ limits: { heldBytes: 100 } });
    const request = begin(peer);
    request.pause();
    peer.connection.receive(stdout(1, Buffer.alloc(200)));
    expect(peer.transport.isPaused).toBe(true);
    request.abort();
    expect(peer.transport.isPaused).toBe(false);
  });

  it('after its end is reported, dropped, and costs the next request the connection', () => {
    const peer = new ClientPeer();
    begin(peer);
    const ended = Buffer.concat([stdout(1, 'A: b\n\n'), encodeRecord(RecordType.STDOUT, 1, Buffer.alloc(0))]);
    peer.connection.receive(Buffer.concat([ended, stdout(1, 'late'), encodeEndRequest(1, 0, 0)]));
    expect(peer.log).toEqual(['head 1 200 A=b', 'error FCGI_DATA_AFTER_END', 'end 1 0']);
    expect(peer.transport.state).toBe('ended');
  });
});

describe('giving a request up', () => {
  it('alone destroys the connection, and nothing is told', () => {
    const peer = new ClientPeer();
    const request = begin(peer);
    request.abort();
    request.abort();
    expect(peer.transport.state).toBe('destroyed');
    peer.connection.receive(answer(1, 'x'));
    expect(peer.log).toEqual([]);
  });

  it('destroys the connection once nobody on it is wanted any more', () => {
    const peer = new ClientPeer({ concurrency: 2 });
    const both = [begin(peer), begin(peer)];
    for (const request of both) request.abort();
    expect(peer.transport.state).toBe('destroyed');
    expect(peer.connection.activeRequests).toBe(0);
  });

  it('holds nothing more, although its reader was paused', () => {
    const peer = new ClientPeer({ concurrency: 2, limits: { heldBytes: 100 } });
    const request = begin(peer);
    begin(peer);
    request.pause();
    request.abort();
    peer.connection.receive(stdout(1, Buffer.alloc(200)));
    expect(peer.transport.isPaused).toBe(false);
  });

  it('stops the calls to go on writing', () => {
    const peer = new ClientPeer({ concurrency: 2 });
    begin(peer);
    const request = peer.connection.request({ params: PARAMS });
    peer.transport.capacity = 0;
    request.writeStdin(Buffer.from('x'));
    request.abort();
    peer.connection.drained();
    expect(peer.log).toEqual([]);
  });

  it('beside others sends ABORT_REQUEST and keeps the id until END_REQUEST', () => {
    const peer = new ClientPeer({ concurrency: 2 });
    const first = begin(peer);
    begin(peer);
    first.abort();
    expect(peer.connection.canRequest).toBe(false);
    peer.connection.receive(answer(1, 'late'));
    expect(peer.connection.canRequest).toBe(true);
    expect(begin(peer).id).toBe(3);
    expect(peer.log).toEqual([]);
  });
});

describe('malformed input', () => {
  it.each([
    [
      'a wrong direction in strict mode',
      encodeRecord(RecordType.STDIN, 1, Buffer.from('x')),
      'FCGI_WRONG_DIRECTION',
    ],
    [
      'a large management record',
      encodeRecord(RecordType.GET_VALUES_RESULT, 0, Buffer.alloc(5000)),
      'FCGI_MANAGEMENT_TOO_LARGE',
    ],
    ['a short UNKNOWN_TYPE', encodeRecord(RecordType.UNKNOWN_TYPE, 0, Buffer.alloc(4)), 'FCGI_BODY_LENGTH'],
    [
      'values that end inside a pair',
      encodeRecord(RecordType.GET_VALUES_RESULT, 0, Buffer.alloc(3, 1)),
      'FCGI_PAIRS_MALFORMED',
    ],
    ['END_REQUEST for an id never begun', encodeEndRequest(7, 0, 0), 'FCGI_UNKNOWN_ID'],
    ['not FastCGI at all', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 'FCGI_VERSION'],
  ])('%s fails all requests and closes', (_what, bytes, code) => {
    const peer = new ClientPeer({ strict: true, concurrency: 2 });
    begin(peer);
    begin(peer);
    peer.connection.receive(bytes);
    expect(peer.log).toEqual([`fail 1 ${code}`, `fail 2 ${code}`, `error ${code}`]);
    expect(peer.transport.state).toBe('destroyed');
  });

  it('of unknown type or in the wrong direction is skipped', () => {
    const peer = new ClientPeer();
    begin(peer);
    for (const type of [0, 12, 255, RecordType.STDIN])
      peer.connection.receive(encodeRecord(type, 1, Buffer.from('x')));
    peer.connection.receive(answer(1, 'x'));
    expect(peer.log.at(-1)).toBe('end 1 0');
  });
});
