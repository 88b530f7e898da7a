// A lane between a scripted worker and a recording owner.
import { encodeFrame, FLAG, FRAME } from '../../src/backends/workers/frames.ts';
import { Lane, type LaneOwner, type LaneSocket } from '../../src/backends/workers/lane.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';

/** A frame the gateway sent. */
export interface SentFrame {
  readonly type: number;
  readonly flags: number;
  readonly tag: number;
  readonly payload: Buffer;
}

/** The gateway's end of a lane's socket, in memory. */
class MemorySocket implements LaneSocket {
  isWritable = true;
  isPaused = false;
  /** What has not been sent. */
  writableLength = 0;
  readonly writes: Buffer[] = [];

  write(bytes: Buffer): boolean {
    this.writes.push(bytes);
    return this.isWritable;
  }

  cork(): void {}

  uncork(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

/** Remembers what the lane told it. */
class RecordingOwner implements LaneOwner {
  readonly target = 'pool:test';
  readonly ended: Exchange[] = [];
  readonly cancelledTags: number[] = [];
  readonly log: string[] = [];
  readonly recalled: Lane[] = [];
  outputs = 0;
  /** Called when the lane tells that a client has gone. */
  onCancelled: () => void = () => {};

  readonly busyLanes = 0;

  requestEnded(_lane: Lane, exchange: Exchange): void {
    this.ended.push(exchange);
  }

  hasOutput(): void {
    this.outputs++;
  }

  recall(lane: Lane): void {
    this.recalled.push(lane);
  }

  requestCancelled(_lane: Lane, tag: number): void {
    this.cancelledTags.push(tag);
    this.onCancelled();
  }

  applicationLog(_exchange: Exchange, text: string): void {
    this.log.push(text);
  }
}

/** A lane with both its sides in hand. */
export class LaneBench {
  readonly socket: MemorySocket = new MemorySocket();
  readonly owner: RecordingOwner = new RecordingOwner();
  readonly lane: Lane = new Lane(0, this.socket, this.owner);

  /** All frames sent so far. */
  get sent(): SentFrame[] {
    const bytes = Buffer.concat(this.socket.writes);
    const frames: SentFrame[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 8 + bytes.readUInt32BE(at);
      const [type = 0, flags = 0] = bytes.subarray(at + 4, at + 6);
      frames.push({ type, flags, tag: bytes.readUInt16BE(at + 6), payload: bytes.subarray(at + 8, end) });
      at = end;
    }
    return frames;
  }

  /** Worker: a response, by default a whole one. */
  respond(tag: number, body: string = '', flags: number = FLAG.end): void {
    this.lane.receive(responseFrame(tag, body, flags));
  }

  /** Worker: a piece of a body. */
  respondMore(tag: number, body: string, flags: number = 0): void {
    this.lane.receive(encodeFrame(FRAME.responseBody, flags, tag, Buffer.from(body)));
  }
}

/** The bytes of a RESPONSE with status 200 and no headers. */
export function responseFrame(tag: number, body: string, flags: number): Buffer {
  const head = Buffer.from('\0\0\0\x08200 OK\r\n', 'latin1');
  return encodeFrame(FRAME.response, flags, tag, Buffer.concat([head, Buffer.from(body)]));
}
