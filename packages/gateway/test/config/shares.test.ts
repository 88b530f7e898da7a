// What several gateways make of one configuration.
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { configOfGateway, shareOf, shareOfRange } from '../../src/config/shares.ts';
import { load, problemsOf } from './support.ts';

describe('the shares of a number', () => {
  it('are whole, differ by one at most, and add up', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 64 }), (total, count) => {
        const shares = Array.from({ length: count }, (_, index) => shareOf(total, index + 1, count));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('of a range are ranges', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(99), fc.integer({ min: 1, max: 64 }), (min, more, count) => {
        for (let number = 1; number <= count; number++) {
          const share = shareOfRange({ min, max: min + more }, number, count);
          expect(share.min).toBeLessThanOrEqual(share.max);
        }
      }),
    );
  });
});

describe('the configuration of one of several gateways', () => {
  const toml = `
    [app]
    gateways = 3
    user = "nobody"
    reload = true
    [pool.default]
    processes = { min = 4, max = 8 }
    queue.length = 2
    memory = "9MiB"
    reserve = 4
    [upstream.php]
    protocol = "fastcgi"
    servers = ["unix:/run/php.sock"]
    max_connections = 5
    keep_alive = 1
    [control]
    address = "unix:/run/control.sock"
    pid_file = "/run/sluice.pid"
  `;
  const { config } = load({ toml, flags: { target: 'app:application' } });
  const gateways = [1, 2, 3].map((number) => configOfGateway(config, number));
  const pools = gateways.map(({ pools: { default: pool } }) => pool);

  it('has its share of the processes, of places in queues, and of memory', () => {
    expect(pools.map((pool) => pool?.processes)).toEqual([
      { min: 2, max: 3 },
      { min: 1, max: 3 },
      { min: 1, max: 2 },
    ]);
    expect(pools.map((pool) => pool?.reserveLanes)).toEqual([2, 1, 1]);
    expect(pools.map((pool) => pool?.memoryBudgetBytes)).toEqual(Array(3).fill(3 * 2 ** 20));
    expect(gateways.map(({ upstreams }) => upstreams['php']?.maxConnections)).toEqual([2, 2, 1]);
    expect(gateways[0]?.body.totalMemoryBytes).toBe(Math.ceil(config.body.totalMemoryBytes / 3));
  });

  it('has one place where there are fewer places than gateways, but none where there is none', () => {
    expect(pools.map((pool) => pool?.queueLength)).toEqual([1, 1, 1]);
    expect(gateways.map(({ upstreams }) => upstreams['php']?.keepAliveCount)).toEqual([1, 1, 1]);
    const none = load({ flags: { target: 'app:application', gateways: '2', 'queue-length': '0' } }).config;
    expect(configOfGateway(none, 2).pools['default']?.queueLength).toBe(0);
  });

  it('leaves to the process that holds the sockets what there is once', () => {
    for (const { app, control } of gateways) {
      expect(app).toMatchObject({ user: null, group: null, umask: null, isReloaded: false });
      expect(control).toEqual({ address: { kind: 'off' }, pidFile: null, readyDescriptor: null });
    }
  });
});

describe('gateways that are too many', () => {
  it('for the processes of a pool are refused, with both numbers', () => {
    const flags = { target: 'app:application', gateways: '4', processes: '2-8' };
    expect(problemsOf({ flags })).toEqual([
      '--processes: pool.default.processes: 2 processes for app.gateways = 4, and each gateway needs one of its own; give at least 4, or have fewer gateways',
    ]);
  });

  it('do not matter to a pool that runs nothing', () => {
    const toml = '[[route]]\npath = "/"\nto = "fastcgi://127.0.0.1:9000"\n';
    expect(problemsOf({ toml, flags: { gateways: '64' } })).toEqual([]);
  });

  it('for the connections of an upstream are refused', () => {
    const toml =
      '[upstream.php]\nprotocol = "fastcgi"\nservers = ["unix:/run/php.sock"]\nmax_connections = 1\n[[route]]\npath = "/"\nto = "upstream:php"\n';
    expect(problemsOf({ toml, flags: { gateways: '2' } })).toEqual([
      expect.stringMatching(/upstream\.php\.max_connections: 1 for app\.gateways = 2, and each/),
    ]);
  });

  it('are two for an application that is attached', () => {
    expect(problemsOf({ flags: { target: 'fd:3', gateways: '2', processes: '2' } })).toEqual([
      '--gateways: app.gateways: the application of fd:3 is attached to one gateway',
    ]);
  });
});
