import { describe, expect, it } from '@jest/globals';
import { makePlan } from '../src/plan.mjs';
import { readOptions } from '../src/options.mjs';
import { allPaths } from '../src/peers/paths.mjs';
import { allPeers } from '../src/peers/all.mjs';

describe('peers', () => {
  it('have names that are unique within their path', () => {
    const names = allPeers.map(({ path, name }) => `${path} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('stand on paths that are known, each with the peer it is compared with', () => {
    for (const { path } of allPeers) expect(allPaths.map(({ name }) => name)).toContain(path);
    for (const { name, baseline } of allPaths) {
      expect(allPeers.filter((peer) => peer.path === name).map((peer) => peer.name)).toContain(baseline);
    }
  });

  it('are all known to the command line, and those behind nginx cover what it can pass requests on by', () => {
    const ways = allPeers.filter(({ path, name }) => path === 'nginx' && name.startsWith('sluice'));
    expect(ways.map(({ name }) => name)).toEqual([
      'sluice',
      'sluice-unkept',
      'sluice-scgi',
      'sluice-uwsgi',
      'sluice-http',
    ]);
    for (const { name } of ways) expect(readOptions(['--peer', name]).peers).toEqual([name]);
  });

  it('take part only where they have something to show', () => {
    const options = readOptions(['--path', 'nginx', '--workload', 'sleep10', '--peer', 'sluice-unkept']);
    const { groups } = makePlan(options);
    for (const { peers } of groups) expect(peers.map(({ name }) => name)).not.toContain('sluice-unkept');
  });
});
