// Each web server, and systemd, reads what `sluice config` prints for it: the golden files of the gateway's tests.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from '@jest/globals';
import { bedOfSuite, type TestBed } from '../harness/bed.ts';
import { describeWith, program, programPart } from '../harness/require.ts';
import { apacheChecker } from '../harness/servers/apache.ts';
import { makeCertificates } from '../harness/certificates.ts';

const GOLDEN = fileURLToPath(new URL('../../packages/gateway/test/webserver/golden/', import.meta.url));

interface Check {
  readonly server: string;
  readonly files: RegExp;
  /** Writes what the server needs around a file, and says how it is checked. */
  readonly words: (bed: TestBed, text: string) => readonly string[];
}

const checks: readonly Check[] = [
  {
    server: 'nginx',
    files: /^nginx-/,
    words: ({ site }, text) => {
      // Ports for everybody: nginx binds them even if it only checks.
      const http = text.replace(/(listen (?:\[::\]:)?)(80|443)\b/g, '$118$2');
      const config = `pid ${site.path('nginx.pid')};\nevents {}\nhttp {\n${http}\n}\n`;
      return ['-t', '-q', '-p', site.directory, '-e', 'stderr', '-c', site.write('nginx.conf', config)];
    },
  },
  { server: 'apache2', files: /^apache-/, words: apacheChecker },
  {
    server: 'lighttpd',
    files: /^lighttpd-/,
    words: ({ site }, text) => {
      const config = `server.document-root = "${site.directory}"\nserver.port = 18080\n${text}`;
      return ['-tt', '-f', site.write('lighttpd.conf', config)];
    },
  },
  {
    server: 'haproxy',
    files: /\.cfg$/,
    words: ({ site }, text) => ['-c', '-q', '-f', site.write('haproxy.cfg', text)],
  },
  {
    server: 'caddy',
    files: /Caddyfile$/,
    words: ({ site }, text) => [
      'validate',
      '--adapter',
      'caddyfile',
      '--config',
      site.write('Caddyfile', text),
    ],
  },
  {
    server: 'systemd-analyze',
    files: /\.service$/,
    words: ({ site }, text) => {
      const units = text.split(/^# \/etc\/systemd\/system\/(\S+)$/m).slice(1);
      const paths = units.flatMap((name, index) =>
        index % 2 === 0
          ? [site.write(name, (units[index + 1] ?? '').replace('/usr/bin/node', '/bin/true'))]
          : [],
      );
      return ['verify', '--man=no', ...paths];
    },
  },
];

for (const { server, files, words } of checks) {
  describeWith([programPart(server), programPart('openssl')], `${server} reads`, () => {
    const bed = bedOfSuite();
    let pem = '';
    beforeAll(() => {
      pem = makeCertificates(bed.site).serverBoth;
    });

    it.each(readdirSync(GOLDEN).filter((name) => files.test(name)))('%s', (name) => {
      const text = readFileSync(`${GOLDEN}${name}`, 'utf8').replace(/\/etc\/ssl\/mysite\.(pem|key)/g, pem);
      const { status, stdout, stderr } = spawnSync(program(server), words(bed, text), {
        cwd: bed.site.directory,
        encoding: 'utf8',
      });
      expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
    });
  });
}
