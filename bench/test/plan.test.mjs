import { describe, expect, it } from '@jest/globals';
import { readOptions } from '../src/options.mjs';
import { makePlan, wantedPeers } from '../src/plan.mjs';
import { allPaths } from '../src/peers/paths.mjs';
import { allPeers } from '../src/peers/all.mjs';
import { judge } from '../src/results/goals.mjs';
import { allWorkloads } from '../src/workloads/all.mjs';

/** The plan as if everything were installed. */
function plan(...args) {
  const versions = allPeers.flatMap(({ needs }) => needs).map((need) => [need, need.version]);
  for (const [need] of versions) need.version = () => '1';
  try {
    return makePlan(readOptions(args));
  } finally {
    for (const [need, version] of versions) need.version = version;
  }
}

const keyOf = ({ path, workload, processes }) => `${path.name} ${workload.name} ${processes}`;

/** Results in which every peer of a plan did the same. */
function resultsOf({ groups }) {
  const round = {
    round: 1,
    requestsPerSecond: 1000,
    p99Us: 1000,
    pssBytes: { gateway: 1 },
    open: { p99Ms: 1 },
  };
  return {
    runs: [],
    groups: groups.map(({ path, workload, processes, connections, peers }) => ({
      path: path.name,
      workload: workload.name,
      processes,
      connections,
      peers: peers.map(({ name, label }) => ({ name, label, rounds: [round] })),
    })),
  };
}

describe('a plan', () => {
  it('of size short measures every goal, and of size full too', () => {
    for (const size of ['short', 'full']) {
      const unjudged = judge(resultsOf(plan('--size', size))).filter(({ isMet }) => isMet === undefined);
      expect(unjudged.map(({ goal }) => goal).filter((goal) => !goal.includes('fastcgi-stream'))).toEqual([]);
    }
  });

  it('of size short leaves out what no goal speaks of, but for hello on every path', () => {
    const { groups } = plan('--size', 'short');
    expect(groups.map(keyOf)).not.toContain('nginx page 2');
    expect(groups.filter(({ path }) => path.name === 'caddy').map(keyOf)).toEqual(['caddy hello 2']);
    const echo = groups.find(({ workload }) => workload.name === 'echo');
    expect(echo.peers.map(({ name }) => name)).toEqual(['sluice', 'uwsgi-fastcgi', 'floor']);
  });

  it('of size full has every workload on the paths with goals, and a few on the others', () => {
    const keys = plan().groups.map(keyOf);
    for (const { name } of allWorkloads) expect(keys).toContain(`nginx ${name} 2`);
    for (const { name } of allPaths) expect(keys).toContain(`${name} download 2`);
    expect(keys).not.toContain('haproxy compute 2');
  });

  it('has what is asked for by name, whatever the size', () => {
    const { groups } = plan('--size', 'short', '--path', 'caddy', '--workload', 'page', '--processes', '3');
    expect(groups.map(keyOf)).toEqual(['caddy page 3']);
    expect(plan('--quick', '--path', 'lighttpd').groups.map(keyOf)).toEqual(['lighttpd hello 2']);
  });

  it('says who is missing, with the way to get it', () => {
    const options = readOptions(['--path', 'direct', '--peer', 'granian']);
    const [need] = allPeers.find(({ name }) => name === 'granian').needs;
    const { version } = need;
    need.version = () => undefined;
    try {
      const [{ label, lacks }] = makePlan(options).skipped.filter(({ lacks: each }) => each === need);
      expect([label, lacks.install]).toEqual(['granian', 'pnpm bench --install']);
    } finally {
      need.version = version;
    }
  });
});

describe('the command line', () => {
  it('refuses a size that it does not know', () => {
    expect(() => readOptions(['--size', 'tiny'])).toThrow('known are quick, short, full');
  });

  it('stores nothing of a quick look', () => {
    expect([readOptions(['--quick']).stores, readOptions(['--size', 'short']).stores]).toEqual([false, true]);
  });

  it('installs what the peers that it names need', () => {
    const options = readOptions(['--install', '--path', 'haproxy', '--peer', 'gunicorn-gthread']);
    expect(options.action).toBe('install');
    const needs = wantedPeers(options).flatMap((peer) => peer.needs.map(({ name }) => name));
    expect(new Set(needs)).toEqual(new Set(['HAProxy', 'uWSGI', 'gunicorn']));
  });
});
