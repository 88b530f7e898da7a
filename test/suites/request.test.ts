// `sluice request` against the gateway's own listeners, and against php-fpm.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { bedOfSuite, type TestBed } from '../harness/bed.ts';
import { SLUICE } from '../harness/gateway.ts';
import { describeWith } from '../harness/require.ts';
import { phpFpmPart, startPhpFpm } from '../harness/servers/php-fpm.ts';
import { startAjpGateway } from '../paths/ajp-listener.ts';

const SECRET = 's3cret';
const BODY = Buffer.alloc(300_000, 'sluice');

interface Ran {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function request(bed: TestBed, words: readonly string[], input?: Buffer): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SLUICE, 'request', ...words], {
    cwd: bed.site.directory,
    timeout: 20_000,
    ...(input && { input }),
  });
  return { status, stdout, stderr: stderr.toString() };
}

describe('sluice request', () => {
  const bed = bedOfSuite();
  const servers = new Map<string, { readonly at: string; readonly words: readonly string[] }>();
  const names = ['fastcgi', 'ajp', 'scgi', 'uwsgi', 'http'];

  beforeAll(async () => {
    const address = `unix:${bed.site.path('ajp.sock')}`;
    const toml = names
      .filter((name) => name !== 'ajp')
      .flatMap((name) => {
        const path = bed.site.path(`${name}.sock`);
        servers.set(name, { at: `unix:${path}`, words: [] });
        return ['[[listen]]', `protocol = "${name}"`, `address = "unix:${path}"`];
      });
    servers.set('ajp', { at: 'unix:ajp.sock', words: ['--secret-file', 'ajp.secret'] });
    const expectedLog = [/raised (before|after) the head/];
    await startAjpGateway(bed, { toml, expectedLog }, { address, secret: SECRET });
  }, 60_000);

  const ask = (name: string, target: string, more: readonly string[] = [], input?: Buffer): Ran => {
    const { at, words } = servers.get(name) ?? { at: '', words: [] };
    return request(bed, [`${name}://${at}:${target}`, ...words, ...more], input);
  };

  describe.each(names)('by %s', (name) => {
    it('asks for a path with a query and a header, and prints the body', () => {
      const { status, stdout, stderr } = ask(name, '/environ/a%20b?x=1', ['-H', 'X-Word: yes']);
      expect([status, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout.toString())).toMatchObject({
        PATH_INFO: '/environ/a b',
        QUERY_STRING: 'x=1',
        HTTP_X_WORD: 'yes',
      });
    });

    it.each([
      ['a text', BODY.toString(), undefined],
      ['a file', '@body', undefined],
      ['standard input', '@-', BODY],
    ])('sends a body that is %s', (_what, data, input) => {
      bed.site.write('body', BODY.toString());
      const text = input === undefined && data !== '@body' ? data.slice(0, 100_000) : data;
      const sent = data.startsWith('@') ? BODY : Buffer.from(text);
      const { status, stdout, stderr } = ask(name, '/digest', ['--data', text], input);
      expect([status, stderr]).toEqual([0, '']);
      const sha256 = createHash('sha256').update(sent).digest('hex');
      expect(JSON.parse(stdout.toString())).toEqual({ size: sent.length, sha256 });
    });

    it('prints the head with -i, and ends with 8 with --fail', () => {
      const { status, stdout } = ask(name, '/no-such-page', ['-i', '--fail']);
      expect(status).toBe(8);
      expect(stdout.toString()).toMatch(/^404 [^]*\ncontent-type: text\/plain\n[^]*\n\nno such page/i);
    });

    it('tells everything with -v', () => {
      const { stderr } = ask(name, '/environ', ['-v']);
      expect(stderr).toMatch(/^> REQUEST_METHOD=GET$[^]*^< 200 OK$[^]*^\* complete: \d+ bytes of body/m);
    });

    const canTell = !['scgi', 'uwsgi'].includes(name);
    it(`${canTell ? 'says so' : 'cannot know'} if the answer breaks off`, () => {
      const { status, stderr } = ask(name, '/raise-after-head');
      if (canTell)
        expect([status, stderr]).toEqual([6, expect.stringMatching(/^sluice: \w+:\/\/unix:[^]*: ./)]);
      // The end of the connection is the end of an answer without a length.
      else expect([status, stderr]).toEqual([0, '']);
    });
  });
});

describeWith([phpFpmPart], 'sluice request, to php-fpm', () => {
  const bed = bedOfSuite();
  let url = '';
  let root = '';
  beforeAll(async () => {
    const scripts = {
      'hello.php': `<?php error_log("to the\\x1blog"); echo 'hello ', $_POST['name'] ?? '';`,
    };
    const php = await startPhpFpm(bed, { scripts, processes: 1 });
    url = `fcgi://${php.address}`;
    root = php.root;
  }, 60_000);

  it('runs the script with its form, and prints what it logs', () => {
    const separator = url.includes('unix:') ? ':' : '';
    const words = [`${url}${separator}/hello.php`, '--document-root', root, '-d', 'name=world'];
    const { status, stdout, stderr } = request(bed, words);
    expect([status, stdout.toString()]).toEqual([0, 'hello world']);
    expect(stderr).toMatch(/^server: .*to the\\x1blog$/m);
  });
});
