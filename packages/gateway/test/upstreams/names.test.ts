import { describe, expect, it, jest } from '@jest/globals';
import {
  Names,
  systemResolver,
  type Resolver,
  type Service,
  type UpstreamAddress,
} from '../../src/backends/upstreams/names.ts';
import { formatServer, type ServerSpec } from '../../src/backends/upstreams/server.ts';
import { until } from '../helpers/settled.ts';

/** A directory of names that a test changes. */
class Directory implements Resolver {
  readonly hosts = new Map<string, readonly string[]>();
  readonly records = new Map<string, readonly Service[]>();
  lookUps = 0;

  addresses(name: string): Promise<readonly { readonly address: string; readonly family: number }[]> {
    this.lookUps++;
    const found = this.hosts.get(name);
    if (!found) return Promise.reject(new Error(`ENOTFOUND ${name}`));
    return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  }

  services(name: string): Promise<readonly Service[]> {
    return Promise.resolve(this.records.get(name) ?? []);
  }
}

class Heard {
  readonly lists: string[][] = [];
  readonly failures: string[] = [];

  changed(servers: readonly ServerSpec[]): void {
    this.lists.push(servers.map(({ address, weight }) => `${formatServer(address)}*${weight}`));
  }

  failed(name: string, reason: string): void {
    this.failures.push(`${name}: ${reason}`);
  }
}

function namesOf(
  addresses: readonly UpstreamAddress[],
  directory: Resolver,
): { readonly names: Names; readonly heard: Heard } {
  const heard = new Heard();
  const weighted = addresses.map((address) => ({ address, weight: 2 }));
  return { names: new Names(weighted, 1, heard, directory), heard };
}

const app = { kind: 'tcp', host: 'app.internal', port: 9000 } as const;

describe('names of servers', () => {
  it('are not looked up where there are none', async () => {
    const directory = new Directory();
    const { names, heard } = namesOf(
      [
        { kind: 'unix', path: '/run/app.sock' },
        { kind: 'tcp', host: '::1', port: 9000 },
      ],
      directory,
    );
    await names.start();
    names.stop();
    expect(heard.lists).toEqual([['unix:/run/app.sock*2', '[::1]:9000*2']]);
    expect(directory.lookUps).toBe(0);
  });

  it('stand for IPv4 where they are this machine: most servers have only that', async () => {
    const directory = new Directory();
    directory.hosts.set('localhost', ['::1', '127.0.0.1']);
    const { names, heard } = namesOf([{ kind: 'tcp', host: 'localhost', port: 8000 }], directory);
    await names.start();
    names.stop();
    expect(heard.lists).toEqual([['127.0.0.1:8000*2']]);
  });

  it('stand for every address, are looked up again, and told when that has changed', async () => {
    const directory = new Directory();
    directory.hosts.set('app.internal', ['10.0.0.1', '10.0.0.2']);
    const { names, heard } = namesOf([app], directory);
    await names.start();
    const before = directory.lookUps;
    await until('it is looked up again', () => directory.lookUps > before + 2);
    expect(heard.lists).toEqual([['10.0.0.1:9000*2', '10.0.0.2:9000*2']]);
    directory.hosts.set('app.internal', ['10.0.0.2', '10.0.0.3']);
    await until('the change is told', () => heard.lists.length === 2);
    expect(heard.lists[1]).toEqual(['10.0.0.2:9000*2', '10.0.0.3:9000*2']);
    names.stop();
  });

  it('keep what they stood for when nobody answers, which is told once', async () => {
    const directory = new Directory();
    directory.hosts.set('app.internal', ['10.0.0.1']);
    const { names, heard } = namesOf([app], directory);
    await names.start();
    directory.hosts.clear();
    const before = directory.lookUps;
    await until('it is looked up again', () => directory.lookUps > before + 3);
    expect(heard.failures).toEqual(['app.internal: ENOTFOUND app.internal']);
    expect(heard.lists).toEqual([['10.0.0.1:9000*2']]);
    names.stop();
  });

  it('are looked up again soon if they were never found, and what is known serves meanwhile', async () => {
    const directory = new Directory();
    const { names, heard } = namesOf([{ kind: 'tcp', host: '10.9.9.9', port: 1 }, app], directory);
    await names.start();
    expect(heard.lists).toEqual([['10.9.9.9:1*2']]);
    directory.hosts.set('app.internal', ['10.0.0.1']);
    await until('it is found', () => heard.lists.length === 2);
    expect(heard.lists[1]).toEqual(['10.9.9.9:1*2', '10.0.0.1:9000*2']);
    names.stop();
  });

  it('are given up when nobody answers for too long', async () => {
    jest.useFakeTimers();
    const hanging = { addresses: () => new Promise<never>(() => {}), services: () => Promise.resolve([]) };
    const { names, heard } = namesOf([app, { kind: 'unix', path: '/run/a' }], hanging);
    const started = names.start();
    await jest.advanceTimersByTimeAsync(5_000);
    await started;
    names.stop();
    jest.useRealTimers();
    expect(heard.failures).toEqual(['app.internal: no answer within 5000 ms']);
    expect(heard.lists).toEqual([['unix:/run/a*2']]);
  });

  it('stand for one family of addresses only, the preferred one', async () => {
    const directory = new Directory();
    directory.hosts.set('app.internal', ['fd00::1', '10.0.0.1', 'fd00::2']);
    const { names, heard } = namesOf([app], directory);
    await names.start();
    names.stop();
    expect(heard.lists).toEqual([['[fd00::1]:9000*2', '[fd00::2]:9000*2']]);
  });

  it('may be services, whose records say hosts, ports and weights', async () => {
    const directory = new Directory();
    directory.hosts.set('a', ['10.0.0.1']).set('b', ['10.0.0.2']).set('c', ['10.0.0.3']);
    directory.records.set('_app._tcp.x', [
      { name: 'a', port: 1001, priority: 1, weight: 3 },
      { name: 'b', port: 1002, priority: 1, weight: 0 },
      { name: 'c', port: 1003, priority: 2, weight: 9 },
    ]);
    const { names, heard } = namesOf([{ kind: 'srv', name: '_app._tcp.x' }], directory);
    await names.start();
    names.stop();
    expect(heard.lists).toEqual([['10.0.0.1:1001*6', '10.0.0.2:1002*2']]);
  });

  it('are asked of the system', async () => {
    const found = await systemResolver.addresses('localhost');
    expect(found.map(({ address }) => address)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(127\.|::1)/)]),
    );
    await expect(systemResolver.addresses('no-such-name.invalid')).rejects.toThrow();
  });
});
