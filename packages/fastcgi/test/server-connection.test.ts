import { describe, expect, it } from '@jest/globals';
import {
  encodeGetValues,
  encodeRecord,
  encodeStream,
  encodeStreamEnd,
  RecordType,
  Role,
} from '../src/index.ts';
import { get, head, stdin, stdinEnd } from './helpers/messages.ts';
import { recordsIn } from './helpers/records.ts';
import { ServerPeer } from './helpers/server-peer.ts';

function receive(peer: ServerPeer, ...inputs: Buffer[]): void {
  for (const input of inputs) peer.connection.receive(input);
}

describe('several requests on one connection', () => {
  it('are served side by side', () => {
    const peer = new ServerPeer();
    receive(peer, head(1), head(3), stdin(3, 'b'), stdin(1, 'a'), stdinEnd(3), stdinEnd(1));
    expect(peer.log.slice(2)).toEqual(['stdin 3 b', 'stdin 1 a', 'stdin-end 3', 'stdin-end 1']);
  });

  it('are refused as CANT_MPX_CONN without multiplexing; one after another is fine', () => {
    const peer = new ServerPeer({ multiplex: false });
    receive(peer, get(1), get(3));
    expect(peer.transport.hex).toBe('01030003000800000000000001000000');
    peer.request(1).end();
    receive(peer, get(3));
    expect(peer.requests.map(({ id }) => id)).toEqual([1, 3]);
  });

  it('are refused as OVERLOADED above the limit, and the input of the refused is dropped', () => {
    const peer = new ServerPeer({ limits: { requests: 2 } });
    receive(peer, get(1), get(2), head(3), stdin(3, 'x'), stdinEnd(3));
    expect(peer.transport.hex).toBe('01030003000800000000000002000000');
    expect(peer.requests.length).toBe(2);
  });

  it('all end before the connection does when one lacks KEEP_CONN', () => {
    const peer = new ServerPeer();
    receive(peer, get(1, false), get(2, true));
    peer.request(1).end();
    expect(peer.transport.state).toBe('open');
    peer.request(2).end();
    expect(peer.transport.state).toBe('ended');
  });

  it('are all aborted by malformed input', () => {
    const peer = new ServerPeer();
    receive(peer, get(1), get(2), get(1));
    expect(peer.log.slice(4)).toEqual(['abort 1', 'abort 2', 'error FCGI_DUPLICATE_ID']);
    expect(peer.transport.state).toBe('destroyed');
    receive(peer, get(5));
    expect(peer.requests.length).toBe(2);
  });
});

describe('the end of a connection that is not kept', () => {
  it('is the last that is said, once its only request was read whole', () => {
    const peer = new ServerPeer();
    receive(peer, get(1, false));
    peer.request(1).end();
    expect([peer.transport.state, peer.transport.isEndLast]).toEqual(['ended', true]);
  });

  it.each<[string, Buffer[]]>([
    ['STDIN has not ended', [head(1, { keep: false }), stdin(1, 'a')]],
    ['a record has begun', [get(1, false), stdinEnd(1).subarray(0, 3)]],
    ['there was another request', [get(2, true), get(1, false)]],
    ['the connection would have been kept', [get(1, true)]],
  ])('is not while more may come: %s', (_why, inputs) => {
    const peer = new ServerPeer();
    receive(peer, ...inputs);
    for (const request of peer.requests) request.end();
    peer.connection.close();
    expect([peer.transport.state, peer.transport.isEndLast]).toEqual(['ended', false]);
  });
});

describe('input that is used again', () => {
  it('has been copied wherever it is needed later, in any pieces', () => {
    const bytes = Buffer.concat([
      encodeGetValues(),
      head(1, { params: [['REQUEST_URI', '/a']] }),
      stdin(1, 'held until it is resumed'),
      stdinEnd(1),
    ]);
    for (const size of [1, 7, 16, 40, bytes.length]) {
      const peer = new ServerPeer({ reusesInput: true });
      peer.on.onRequest = (request) => request.pauseStdin();
      for (let at = 0; at < bytes.length; at += size) {
        const chunk = Buffer.from(bytes.subarray(at, at + size));
        peer.connection.receive(chunk);
        chunk.fill(0xff);
      }
      expect(peer.request(1).params.get('REQUEST_URI')).toBe('/a');
      peer.request(1).resumeStdin();
      expect(peer.log.slice(1)).toEqual(['stdin 1 held until it is resumed', 'stdin-end 1']);
      expect(peer.errors).toEqual([]);
    }
  });
});

describe('what copies input that waits', () => {
  it('makes what the handler gets of a piece that had to wait, and of no other', () => {
    const copied: string[] = [];
    const copyInput = (piece: Buffer): Buffer => {
      copied.push(piece.toString());
      return Buffer.from(piece.toString().toUpperCase());
    };
    const peer = new ServerPeer({ reusesInput: true, copyInput });
    receive(peer, head(1), stdin(1, 'at once'));
    peer.request(1).pauseStdin();
    receive(peer, stdin(1, 'later'), stdinEnd(1));
    peer.request(1).resumeStdin();
    expect(copied).toEqual(['later']);
    expect(peer.log.slice(1)).toEqual(['stdin 1 at onceLATER', 'stdin-end 1']);
  });
});

describe('a paused request', () => {
  it('holds its input without holding up its neighbour', () => {
    const peer = new ServerPeer();
    receive(peer, head(1), head(3));
    peer.request(1).pauseStdin();
    receive(peer, stdin(1, 'slow'), stdin(3, 'quick'), stdinEnd(1), stdinEnd(3));
    expect(peer.log.slice(2)).toEqual(['stdin 3 quick', 'stdin-end 3']);
    peer.request(1).resumeStdin();
    expect(peer.log.slice(4)).toEqual(['stdin 1 slow', 'stdin-end 1']);
  });

  it('pauses the connection only when all that may be held is held', () => {
    const peer = new ServerPeer({ limits: { heldBytes: 1000 } });
    receive(peer, head(1));
    peer.request(1).pauseStdin();
    receive(peer, stdin(1, Buffer.alloc(800)));
    expect(peer.transport.isPaused).toBe(false);
    receive(peer, stdin(1, Buffer.alloc(100)));
    expect(peer.transport.isPaused).toBe(true);
    peer.request(1).resumeStdin();
    expect(peer.transport.isPaused).toBe(false);
  });

  it('is charged for pieces as well as for bytes', () => {
    const peer = new ServerPeer({ limits: { heldBytes: 1000 } });
    receive(peer, head(1));
    peer.request(1).pauseStdin();
    for (let piece = 0; piece < 8; piece += 1) receive(peer, stdin(1, 'x'));
    expect(peer.transport.isPaused).toBe(true);
  });

  it('gives back what it held when it ends', () => {
    const peer = new ServerPeer({ limits: { heldBytes: 100 } });
    receive(peer, head(1));
    peer.request(1).pauseStdin();
    receive(peer, stdin(1, Buffer.alloc(200)));
    expect(peer.transport.isPaused).toBe(true);
    peer.request(1).end();
    expect(peer.transport.isPaused).toBe(false);
  });

  it('does not keep a large chunk alive for a small piece', () => {
    const peer = new ServerPeer();
    receive(peer, head(1));
    peer.request(1).pauseStdin();
    const chunk = Buffer.concat([stdin(1, 'small'), stdin(9, Buffer.alloc(1000))]);
    receive(peer, chunk);
    chunk.fill(0);
    peer.request(1).resumeStdin();
    expect(peer.log.slice(1)).toEqual(['stdin 1 small']);
  });

  it('may resume from within every delivery, however many there are', () => {
    const peer = new ServerPeer({ limits: { heldBytes: Infinity } });
    receive(peer, head(1));
    const request = peer.request(1);
    request.pauseStdin();
    const pieces = 20_000;
    receive(peer, Buffer.concat(Array.from({ length: pieces }, () => stdin(1, 'x'))));
    let delivered = 0;
    peer.on.onStdin = () => {
      delivered += 1;
      request.pauseStdin();
      request.resumeStdin();
    };
    request.resumeStdin();
    expect(delivered).toBe(pieces);
  });

  it('may pause again, end or resume from within a delivery', () => {
    const peer = new ServerPeer();
    receive(peer, head(1));
    const request = peer.request(1);
    request.pauseStdin();
    receive(peer, stdin(1, 'a'), stdin(1, 'b'), stdin(1, 'c'), stdinEnd(1));
    peer.on.onStdin = () => request.pauseStdin();
    request.resumeStdin();
    expect(peer.log.slice(1)).toEqual(['stdin 1 a']);
    peer.on.onStdin = () => request.resumeStdin();
    request.resumeStdin();
    expect(peer.log.slice(1)).toEqual(['stdin 1 abc', 'stdin-end 1']);
  });

  it('delivers nothing after its end from within a delivery', () => {
    const peer = new ServerPeer();
    receive(peer, head(1));
    const request = peer.request(1);
    request.pauseStdin();
    receive(peer, stdin(1, 'a'), stdin(1, 'b'));
    peer.on.onStdin = () => request.end();
    request.resumeStdin();
    expect(peer.log.slice(1)).toEqual(['stdin 1 a']);
    receive(peer, get(1));
    expect(peer.requests.length).toBe(2);
  });
});

describe('a Filter', () => {
  const filter = head(1, { role: Role.FILTER });
  const data = encodeStream(RecordType.DATA, 1, Buffer.from('file'));
  const dataEnd = encodeStreamEnd(RecordType.DATA, 1);

  it('gets its file after its input', () => {
    const peer = new ServerPeer();
    receive(peer, filter, stdin(1, 'in'), stdinEnd(1), data, dataEnd);
    expect(peer.log.slice(1)).toEqual(['stdin 1 in', 'stdin-end 1', 'data 1 file', 'data-end 1']);
  });

  it('gets both in turn after a pause', () => {
    const peer = new ServerPeer();
    receive(peer, filter);
    peer.request(1).pauseStdin();
    receive(peer, stdin(1, 'in'), stdinEnd(1), data, dataEnd);
    expect(peer.log.length).toBe(1);
    peer.request(1).resumeStdin();
    expect(peer.log.slice(1)).toEqual(['stdin 1 in', 'stdin-end 1', 'data 1 file', 'data-end 1']);
  });

  it('is malformed when the file comes first', () => {
    const peer = new ServerPeer();
    receive(peer, filter, data);
    expect(peer.errors.map(({ code }) => code)).toEqual(['FCGI_OUT_OF_ORDER']);
  });
});

describe('limits on variables', () => {
  it('close the connection before the bytes come', () => {
    const peer = new ServerPeer({ limits: { paramsBytes: 100 } });
    receive(peer, head(1, { params: [['NAME', 'x'.repeat(200)]] }).subarray(0, 16 + 8 + 6));
    expect(peer.errors.map(({ code, scope, statusHint }) => [code, scope, statusHint])).toEqual([
      ['FCGI_PARAMS_TOO_LARGE', 'connection', 431],
    ]);
  });

  it('count pairs too', () => {
    const peer = new ServerPeer({ limits: { paramsPairs: 3 } });
    receive(peer, head(1, { params: Array.from({ length: 4 }, () => ['N', 'v'] as const) }));
    expect(peer.errors.map(({ code }) => code)).toEqual(['FCGI_TOO_MANY_PARAMS']);
  });
});

describe('management records', () => {
  it('are answered between and within requests with the values of the options', () => {
    const peer = new ServerPeer({ maxConnections: 5, maxRequests: 7, multiplex: false });
    receive(peer, head(1), encodeGetValues(), stdinEnd(1));
    const [answer] = recordsIn(peer.transport.bytes);
    expect(answer?.content.toString('latin1')).toBe(
      '\x0e\x01FCGI_MAX_CONNS5\x0d\x01FCGI_MAX_REQS7\x0f\x01FCGI_MPXS_CONNS0',
    );
    expect(peer.log).toContain('stdin-end 1');
  });

  it('are refused above their limit', () => {
    const peer = new ServerPeer();
    receive(peer, encodeRecord(RecordType.GET_VALUES, 0, Buffer.alloc(5000)));
    expect(peer.errors.map(({ code }) => code)).toEqual(['FCGI_MANAGEMENT_TOO_LARGE']);
  });

  it('are not read any further while the peer does not take the answers', () => {
    const peer = new ServerPeer();
    peer.transport.capacity = 0;
    receive(peer, encodeGetValues());
    expect(peer.transport.isPaused).toBe(true);
    peer.transport.capacity = Infinity;
    peer.connection.drained();
    expect(peer.transport.isPaused).toBe(false);
  });

  it('and requests are not read any further while the peer does not take answers', () => {
    const peer = new ServerPeer();
    peer.transport.capacity = 10;
    receive(peer, get(1));
    peer.request(1).end();
    receive(peer, get(1));
    expect(peer.transport.isPaused).toBe(true);
  });
});

describe('strict mode', () => {
  it.each([RecordType.STDOUT, RecordType.STDERR, RecordType.END_REQUEST])(
    'closes on record type %i',
    (type) => {
      const peer = new ServerPeer({ strict: true });
      receive(peer, head(1), encodeRecord(type, 1, Buffer.alloc(8)));
      expect(peer.errors.map(({ code }) => code)).toEqual(['FCGI_WRONG_DIRECTION']);
    },
  );

  it.each([RecordType.GET_VALUES_RESULT, RecordType.UNKNOWN_TYPE])('closes on management type %i', (type) => {
    const peer = new ServerPeer({ strict: true });
    receive(peer, encodeRecord(type, 0, Buffer.alloc(8)));
    expect(peer.errors.map(({ code }) => code)).toEqual(['FCGI_WRONG_DIRECTION']);
  });
});

describe('input after the answer', () => {
  it('is dropped on a kept connection until the next request', () => {
    const peer = new ServerPeer();
    receive(peer, head(1), stdin(1, 'a'));
    peer.request(1).end();
    receive(peer, stdin(1, 'b'), stdinEnd(1), get(1));
    expect(peer.log.slice(2)).toEqual(['request 1 role=1 keep=true REQUEST_METHOD=GET', 'stdin-end 1']);
  });

  it('is counted afresh for every request', () => {
    const peer = new ServerPeer({ limits: { drainBytes: 1000 } });
    for (let round = 0; round < 3; round += 1) {
      receive(peer, head(1));
      peer.request(1).end();
      receive(peer, stdin(1, Buffer.alloc(900)), stdinEnd(1));
    }
    expect(peer.transport.state).toBe('open');
  });

  it.each([true, false])('is not taken for ever (KEEP_CONN %s)', (keep) => {
    const peer = new ServerPeer({ limits: { drainBytes: 1000 } });
    receive(peer, head(1, { keep }));
    peer.request(1).end();
    receive(peer, stdin(1, Buffer.alloc(900)));
    expect(peer.transport.state).toBe(keep ? 'open' : 'ended');
    receive(peer, stdin(1, Buffer.alloc(200)));
    expect(peer.transport.state).toBe('destroyed');
    expect(peer.errors.map(({ code }) => code)).toEqual(['FCGI_DRAIN_LIMIT']);
  });
});

describe('what is thrown by a handler', () => {
  it('is not taken for a fault of the peer', () => {
    const peer = new ServerPeer();
    peer.on.onRequest = (request) => {
      request.end();
      request.end();
    };
    expect(() => receive(peer, get(1))).toThrow(expect.objectContaining({ code: 'FCGI_REQUEST_ENDED' }));
    expect(peer.errors).toEqual([]);
  });
});

describe('a limit', () => {
  it.each([-1, Number.NaN])('of %d is refused', (heldBytes) => {
    expect(() => new ServerPeer({ limits: { heldBytes } })).toThrow(
      expect.objectContaining({ code: 'FCGI_OPTION_INVALID' }),
    );
  });
});

describe('closing', () => {
  it('ends an idle connection at once', () => {
    const peer = new ServerPeer();
    peer.connection.close();
    expect(peer.transport.state).toBe('ended');
  });

  it('finishes what is open and refuses what comes', () => {
    const peer = new ServerPeer();
    receive(peer, get(1));
    peer.connection.close();
    receive(peer, get(3));
    expect(peer.transport.hex).toBe('01030003000800000000000002000000');
    peer.request(1).end();
    expect(peer.transport.state).toBe('ended');
  });

  it('by the peer with nothing open is a clean end', () => {
    const peer = new ServerPeer();
    peer.connection.receiveEnd();
    peer.connection.receiveEnd();
    expect(peer.transport.state).toBe('ended');
    expect(peer.log).toEqual([]);
  });
});
