import { describe, expect, it } from '@jest/globals';
import { formatPath, locateKey } from '../../src/config/locate.ts';

const toml = `# a comment
[app]
target = "a:b"
environment = { A = "1" }

[[listen]]
protocol = "http"
address = "8000"

[[listen]]
protocol = "fastcgi"
"address" = "9000"   # quoted

[pool.default]
queue.length = 3

[pool."odd name"]
threads = 2
`;

describe('locating a key in a TOML text', () => {
  it.each([
    [['app', 'target'], 3],
    [['app'], 2],
    [['app', 'environment', 'A'], 4],
    [['listen', 0, 'address'], 8],
    [['listen', 1, 'address'], 12],
    [['listen', 1], 10],
    [['pool', 'default', 'queue', 'length'], 15],
    [['pool', 'odd name', 'threads'], 18],
    [['app', 'missing'], 2],
    [['nowhere'], null],
  ])('finds %j in line %j', (path, line) => {
    expect(locateKey(toml, path)).toBe(line);
  });

  it('writes paths the way messages show them', () => {
    expect(formatPath(['listen', 0, 'address'])).toBe('listen[0].address');
    expect(formatPath(['pool', 'odd name', 'threads'])).toBe('pool."odd name".threads');
  });
});
