// Which protocols may listen where: those that believe whoever connects are guarded.
import { describe, expect, it } from '@jest/globals';
import { load, problemsOf } from './support.ts';

function listener(protocol: string, lines: string): { readonly toml: string } {
  return { toml: `[app]\ntarget = "a"\n[[listen]]\nprotocol = "${protocol}"\n${lines}\n` };
}

describe.each([
  ['fastcgi', 'FastCGI'],
  ['scgi', 'SCGI'],
  ['uwsgi', 'uwsgi'],
])('a listener for %s', (protocol, name) => {
  it('that other machines can reach must name who may connect', () => {
    expect(problemsOf(listener(protocol, 'address = "0.0.0.0:4000"'))).toEqual([
      expect.stringContaining(`${name} believes whoever connects; name the web servers`),
    ]);
    const { config } = load(listener(protocol, 'address = "0.0.0.0:4000"\nallow = ["10.0.0.7"]'));
    expect(config.listen).toMatchObject([{ protocol, allow: ['10.0.0.7'] }]);
  });

  it('on loopback or a Unix socket needs nothing', () => {
    for (const address of ['127.0.0.1:4000', 'unix:/run/a.sock']) {
      expect(load(listener(protocol, `address = "${address}"`)).config.listen).toHaveLength(1);
    }
  });

  it('can be asked for by a flag', () => {
    const { config } = load({ flags: { target: 'a', [protocol]: ['4000'] } });
    expect(config.listen).toMatchObject([
      { protocol, address: { kind: 'tcp', host: '127.0.0.1', port: 4000 } },
    ]);
  });
});
