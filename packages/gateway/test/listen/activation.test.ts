import { describe, expect, it } from '@jest/globals';
import { noActivation, pickActivated, readActivation } from '../../src/listen/activation.ts';
import { openListener } from '../../src/listen/open-listener.ts';
import { greetingServer, listenOn } from './support.ts';

const two = { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'web:fcgi' };

describe('socket activation', () => {
  it('reads the sockets that were handed to this process', () => {
    expect(readActivation(two, 7).sockets).toEqual([
      { fd: 3, name: 'web' },
      { fd: 4, name: 'fcgi' },
    ]);
    expect(readActivation({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7).sockets).toEqual([
      { fd: 3, name: 'unknown' },
    ]);
  });

  it.each([
    [{}, 'LISTEN_FDS is not set'],
    [{ ...two, LISTEN_PID: '8' }, 'handed to process 8, and this is 7'],
    [{ LISTEN_FDS: '2' }, 'handed to process ?'],
    [{ ...two, LISTEN_FDS: 'x' }, 'not a number'],
    [{ ...two, LISTEN_FDS: '0' }, 'LISTEN_FDS is 0'],
  ])('finds none in %j and knows why', (environment, reason) => {
    const activation = readActivation(environment, 7);
    expect(activation.sockets).toEqual([]);
    expect(pickActivated(activation, null)).toEqual({ reason: expect.stringContaining(reason) });
  });

  it('picks a socket by its name, or the only one', () => {
    const activation = readActivation(two, 7);
    expect(pickActivated(activation, 'fcgi')).toEqual({ fd: 4, name: 'fcgi' });
    expect(pickActivated(activation, 'ajp')).toEqual({
      reason: expect.stringContaining('fd:3 (web), fd:4 (fcgi)'),
    });
    expect(pickActivated(activation, null)).toEqual({ reason: expect.stringContaining('several') });
    expect(pickActivated(readActivation({ ...two, LISTEN_FDS: '1' }, 7), null)).toEqual({
      fd: 3,
      name: 'web',
    });
  });

  it('keeps a listener from opening without its socket', async () => {
    const opening = openListener(listenOn({ kind: 'systemd', name: null }), greetingServer(), {
      activation: noActivation,
    });
    await expect(opening).rejects.toMatchObject({ code: 'SLUICE_LISTEN_ACTIVATION' });
  });
});
