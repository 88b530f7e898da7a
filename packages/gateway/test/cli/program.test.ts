import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../../src/cli/all-commands.ts';
import { namedSettings } from '../../src/config/settings/index.ts';
import { World } from './support.ts';

// The flags a command line comes to.
async function flagsOf(...words: string[]): Promise<unknown> {
  let seen: unknown = null;
  const program = createProgram((_command, target, flags) => {
    seen = { target, ...JSON.parse(JSON.stringify(flags)) };
    return Promise.resolve();
  });
  await program.parseAsync(['serve', ...words], { from: 'user' });
  return seen;
}

describe('the command line', () => {
  it('gives back what was said and nothing else', async () => {
    expect(await flagsOf()).toEqual({});
    const words = [
      'site:app',
      '--http',
      '8000',
      '--http',
      '8001',
      '--threads',
      '2',
      '--debug',
      '--no-access-log',
    ];
    expect(await flagsOf(...words, '--queue-timeout=5s', '--env', 'A=1')).toEqual({
      target: 'site:app',
      http: ['8000', '8001'],
      threads: '2',
      debug: true,
      'access-log': false,
      'queue-timeout': '5s',
      env: ['A=1'],
    });
  });

  it('has a flag in its help for every setting that has one', async () => {
    const { code, stdout } = await new World().run('serve', '--help');
    expect(code).toBe(0);
    for (const { flag, setting } of namedSettings) {
      if (setting.only !== 'argument') expect(stdout).toContain(`  --${flag} `);
    }
  });

  it('ends with the code of a wrong command line, and says what may have been meant', async () => {
    const typo = await new World().run('serve', '--procceses', '2');
    expect(typo.code).toBe(2);
    expect(typo.stderr).toMatch(/^sluice: unknown option '--procceses'\n\(Did you mean --processes\?\)/);
    expect((await new World().run('surf')).code).toBe(2);
    expect((await new World().run()).code).toBe(2);
    expect((await new World().run('serve', 'a', 'b')).code).toBe(2);
  });

  it('says what a flag of another server is called here', async () => {
    const say = async (...words: string[]): Promise<string> =>
      (await new World().run('serve', 'a', ...words)).stderr;
    expect(await say('--workers', '4')).toBe(
      "sluice: unknown option '--workers'\n(here it is --processes)\n",
    );
    expect(await say('--bind=0.0.0.0:80')).toContain('(here it is --http, or --fastcgi and so on)');
    expect(await say('-w', '4')).toContain("'-w'\n(here it is --processes)");
    expect((await new World().run('status', '-p')).stderr).toBe("sluice: unknown option '-p'\n");
    expect(await say('--nothing-like-it')).toBe("sluice: unknown option '--nothing-like-it'\n");
  });

  it('tells its version', async () => {
    expect(await new World().run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });
});
