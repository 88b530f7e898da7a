import { describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { locateControl } from '../../src/cli/commands/locate-control.ts';
import { defaultControlPath } from '../../src/control/place.ts';
import { directoryWith, World } from './support.ts';

function locate(
  flags: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
  directory: string,
): string {
  return locateControl(flags, new World({ environment, directory }).context);
}

describe('the control socket a command talks to', () => {
  it('is the one that is named: by flag, by the environment, by the file', () => {
    const directory = directoryWith({ 'sluice.toml': '[control]\naddress = "unix:run/control.sock"\n' });
    expect(locate({ control: './a.sock' }, { SLUICE_CONTROL: '/b.sock' }, directory)).toBe(
      join(directory, 'a.sock'),
    );
    expect(locate({}, { SLUICE_CONTROL: 'unix:/b.sock' }, directory)).toBe('/b.sock');
    expect(locate({}, {}, directory)).toBe(join(directory, 'run/control.sock'));
  });

  it('is the one of the directory by default, or the only one there is', () => {
    const [runtime, directory] = [directoryWith({}), directoryWith({})];
    const environment = { XDG_RUNTIME_DIR: runtime };
    const own = defaultControlPath(directory, environment) ?? '';
    const other = defaultControlPath('/srv/other', environment) ?? '';
    expect(() => locate({}, environment, directory)).toThrow(/no such socket/);
    mkdirSync(dirname(other));
    writeFileSync(other, '');
    expect(locate({}, environment, directory)).toBe(other);
    writeFileSync(own, '');
    expect(locate({}, environment, directory)).toBe(own);
  });

  it('has to be named if there are several, or no place for it', () => {
    const [runtime, directory] = [directoryWith({}), directoryWith({})];
    const environment = { XDG_RUNTIME_DIR: runtime };
    for (const name of ['/srv/one', '/srv/two']) {
      const path = defaultControlPath(name, environment) ?? '';
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    expect(() => locate({}, environment, directory)).toThrow(/choose one with --control .*, --control /);
    expect(() => locate({}, {}, directory)).toThrow(/without XDG_RUNTIME_DIR/);
    expect(() => locate({ control: 'off' }, {}, directory)).toThrow(/give a Unix socket/);
    expect(() => locate({ control: '127.0.0.1:1' }, {}, directory)).toThrow(/give a Unix socket/);
  });
});
