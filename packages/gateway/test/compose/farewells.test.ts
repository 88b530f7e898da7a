import { describe, expect, it } from '@jest/globals';
import { Farewells, type EndedSocket } from '../../src/compose/farewells.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

describe('farewells', () => {
  it('do not wait for peers that say nothing for a second', () => {
    const socket: Writable<EndedSocket> = { bytesRead: 7, writableFinished: true };
    const farewells = new Farewells<EndedSocket>();
    expect(farewells.unanswered([socket], 5000)).toEqual([]);
    expect(farewells.unanswered([socket], 5999)).toEqual([]);
    expect(farewells.unanswered([socket], 6000)).toEqual([socket]);
  });

  it('wait for peers that still send', () => {
    const socket: Writable<EndedSocket> = { bytesRead: 7, writableFinished: true };
    const farewells = new Farewells<EndedSocket>();
    for (let nowMs = 5000; nowMs < 9000; nowMs += 900) {
      socket.bytesRead++;
      expect(farewells.unanswered([socket], nowMs)).toEqual([]);
    }
  });

  it('begin when the last of our bytes has left', () => {
    const socket: Writable<EndedSocket> = { bytesRead: 7, writableFinished: false };
    const farewells = new Farewells<EndedSocket>();
    expect(farewells.unanswered([socket], 5000)).toEqual([]);
    expect(farewells.unanswered([socket], 8000)).toEqual([]);
    socket.writableFinished = true;
    expect(farewells.unanswered([socket], 8001)).toEqual([]);
    expect(farewells.unanswered([socket], 9001)).toEqual([socket]);
  });
});
