// Rules by host, path and method: the order in which they win, and that an index finds what a search would.
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { isUnder } from '../../src/routing/path.ts';
import { hostOf, RouteTable, type Asked, type Rule } from '../../src/routing/route-table.ts';

function rule(path: string, more: Partial<Rule> = {}): Rule {
  return { hosts: null, methods: null, path, ...more };
}

function ask(path: string, host = 'example.org', method = 'GET'): Asked {
  return { path, host, method };
}

/** A table whose rules lead to their own numbers. */
function tableOf(rules: readonly Rule[]): RouteTable<number> {
  return new RouteTable(rules.map((each, index) => [each, index] as const));
}

describe('the rule that wins', () => {
  it.each<[string, Asked, string]>([
    ['names the host', ask('/a/b', 'www.example.org'), 'host'],
    ['has the longest wildcard', ask('/a/b', 'x.www.example.org'), 'long wildcard'],
    ['has a wildcard', ask('/a/b', 'api.example.org'), 'wildcard'],
    ['has a wildcard for many labels', ask('/a/b', 'x.y.example.org'), 'wildcard'],
    ['has no host where no other fits', ask('/a/b', 'example.org'), 'longest path'],
    ['has no host where the request has none', ask('/a/b', ''), 'longest path'],
    ['has no host where the path of others does not fit', ask('/b', 'www.example.org'), 'root'],
    ['has the longest path', ask('/a/b/c'), 'longest path'],
    ['has a path that ends where a segment does', ask('/a/bc'), 'path'],
    ['names the method', ask('/a/b', 'example.org', 'POST'), 'method'],
    ['names GET, for HEAD', ask('/get', 'example.org', 'HEAD'), 'get'],
    [
      'has a shorter path where the methods of the longer do not fit',
      ask('/get', 'example.org', 'PUT'),
      'root',
    ],
  ])('%s', (_, asked, name) => {
    const rules: readonly (readonly [Rule, string])[] = [
      [rule('/'), 'root'],
      [rule('/a'), 'path'],
      [rule('/a/b'), 'longest path'],
      [rule('/a/b', { methods: ['POST'] }), 'method'],
      [rule('/get', { methods: ['GET'] }), 'get'],
      [rule('/a', { hosts: ['*.example.org'] }), 'wildcard'],
      [rule('/a', { hosts: ['*.www.example.org'] }), 'long wildcard'],
      [rule('/a', { hosts: ['other.example', 'www.example.org'] }), 'host'],
    ];
    expect(new RouteTable(rules).find(asked)).toBe(name);
  });

  it('is the first of two alike, and none where none fits', () => {
    expect(tableOf([rule('/a'), rule('/a')]).find(ask('/a'))).toBe(0);
    expect(tableOf([rule('/a')]).find(ask('/b'))).toBeUndefined();
    expect(tableOf([]).find(ask('/b'))).toBeUndefined();
  });
});

describe('the host of a request', () => {
  it.each([
    ['Example.ORG', 'example.org'],
    ['example.org:8080', 'example.org'],
    ['example.org.', 'example.org'],
    ['example.org.:80', 'example.org'],
    ['example.org:', 'example.org'],
    ['[::1]:80', '[::1]'],
    ['[::A]', '[::a]'],
    ['', ''],
    ['[', ''],
  ])('%s is %s', (name, host) => {
    expect(hostOf(name)).toBe(host);
  });
});

// What the index stands for: look at every rule, and take the most special.
function search(rules: readonly Rule[], asked: Asked): number | undefined {
  const hostRank = ({ hosts }: Rule): number => {
    if (hosts === null) return 0;
    const ranks = hosts.map((host) => {
      if (host === asked.host) return 1_000;
      return host.startsWith('*') && asked.host.endsWith(host.slice(1)) && asked.host.length >= host.length
        ? host.length
        : -1;
    });
    return Math.max(...ranks);
  };
  const methodRank = ({ methods }: Rule): number => {
    if (methods === null) return 0;
    if (methods.includes(asked.method)) return 2;
    return asked.method === 'HEAD' && methods.includes('GET') ? 1 : -1;
  };
  const fitting = rules
    .map((each, index) => ({
      index,
      ranks: [hostRank(each), each.path.length, methodRank(each)] as const,
      each,
    }))
    .filter(({ each, ranks }) => isUnder(asked.path, each.path) && ranks[0] >= 0 && ranks[2] >= 0);
  return fitting.toSorted(
    (a, b) =>
      b.ranks[0] - a.ranks[0] || b.ranks[1] - a.ranks[1] || b.ranks[2] - a.ranks[2] || a.index - b.index,
  )[0]?.index;
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', ''), { maxLength: 4 })
  .chain((parts) => fc.constantFrom(`/${parts.join('/')}`, `/${parts.join('/')}/`));
const label = fc.constantFrom('a', 'b', 'c');
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const pattern = fc.tuple(fc.constantFrom('', '*.'), host).map((parts) => parts.join(''));
const method = fc.constantFrom('GET', 'HEAD', 'POST');
const rules = fc.array(
  fc.record({
    path,
    hosts: fc.option(fc.array(pattern, { minLength: 1, maxLength: 3 })),
    methods: fc.option(fc.array(method, { minLength: 1, maxLength: 3 })),
  }),
  { maxLength: 200 },
);

describe('the index', () => {
  it('finds what a search through all rules finds', () => {
    const requests = fc.array(fc.record({ path, host: fc.oneof(host, fc.constant('')), method }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(rules, requests, (each, asked) => {
        const table = tableOf(each);
        for (const request of asked) expect(table.find(request)).toBe(search(each, request));
      }),
      { numRuns: 300 },
    );
  });

  it('does not look at a path as often as there are rules', () => {
    const names = Array.from(
      { length: 200 },
      (_, index) => `/application-${String(index).padStart(3, '0')}/`,
    );
    const table = tableOf(names.map((name) => rule(name)));
    const slices = jest.spyOn(String.prototype, 'slice');
    try {
      // The beginnings of a path are what is looked up.
      expect(table.find(ask('/application-123/page'))).toBe(123);
      expect(slices).toHaveBeenCalledTimes(1);
    } finally {
      slices.mockRestore();
    }
  });
});
