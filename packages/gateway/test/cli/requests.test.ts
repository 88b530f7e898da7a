import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { Requests } from '../../src/cli/requests.ts';

describe('requests to a running gateway', () => {
  it('tell the first stop from the second, whoever asks', async () => {
    const signals = new EventEmitter();
    const requests = new Requests(signals);
    requests.stop({ source: 'control socket', isPatient: true });
    signals.emit('SIGINT');
    signals.emit('SIGTERM');
    expect(await requests.first).toEqual({ source: 'control socket', isPatient: true });
    expect(await requests.second).toEqual({ source: 'SIGINT', isPatient: false });
  });

  it('pass every reload on', () => {
    const signals = new EventEmitter();
    const requests = new Requests(signals);
    const reloads: string[] = [];
    requests.onReload((source) => reloads.push(source));
    signals.emit('SIGHUP');
    requests.reload('control socket');
    expect(reloads).toEqual(['SIGHUP', 'control socket']);
  });

  it('keep a reload that came too early, once', () => {
    const signals = new EventEmitter();
    const requests = new Requests(signals);
    signals.emit('SIGHUP');
    signals.emit('SIGHUP');
    const reloads: string[] = [];
    requests.onReload((source) => reloads.push(source));
    expect(reloads).toEqual(['SIGHUP']);
  });

  it('give the signals back', () => {
    const signals = new EventEmitter();
    const requests = new Requests(signals);
    expect(signals.eventNames()).toEqual(['SIGTERM', 'SIGINT', 'SIGHUP']);
    requests.release();
    expect(signals.eventNames()).toEqual([]);
  });
});
