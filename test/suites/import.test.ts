// The examples of the guides on coming from other servers: what `sluice import` prints for them is what the guide shows,
// passes `sluice check`, and answers as the other server does with the same file.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { withBed, type TestBed } from '../harness/bed.ts';
import { SLUICE, spawnSluice } from '../harness/gateway.ts';
import { exchange, headerValues, text, whole, type HttpRequest } from '../harness/http.ts';
import { defaultPython } from '../harness/python.ts';
import { describeWith, type Part } from '../harness/require.ts';
import { apacheParts, modulePath, startApache } from '../harness/servers/apache.ts';
import { startGenerated } from '../harness/servers/generated.ts';
import { gunicornParts, gunicornSettings, runGunicornFile } from '../harness/servers/gunicorn.ts';
import { runUwsgiFile, uwsgiOptions, uwsgiParts } from '../harness/servers/uwsgi.ts';
import type { WebServer } from '../harness/servers/web-server.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const EXAMPLES = `${DOCS}examples/import/`;

interface Asked extends HttpRequest {
  /** The whole body. */
  readonly answer: string;
}

interface Example {
  readonly guide: string;
  readonly file: string;
  readonly asked: readonly Asked[];
  /** The other server; null if there is none to be installed. */
  readonly former: Former | null;
  /** Starts what stands in front of the gateway, and answers at the port. Default: the gateway does. */
  readonly front?: (bed: TestBed, toml: string, port: number) => Promise<unknown>;
}

interface Former {
  readonly parts: readonly Part[];
  readonly start: (bed: TestBed, file: string, port: number) => Promise<WebServer>;
  /** Every option it knows, which the reference has to have a row for. */
  readonly options: () => readonly string[];
}

const stylesheet: Asked = {
  target: '/static/style.css',
  answer: readFileSync(`${EXAMPLES}static/style.css`, 'utf8'),
};

// What a web server on this machine says of its client is believed.
function greeted(greeting: string): readonly Asked[] {
  return [
    { target: '/', answer: `${greeting}\nGET /, /, http, 0 bytes\n` },
    {
      method: 'POST',
      target: '/a%20b?c=d',
      headers: [['X-Forwarded-Proto', 'https']],
      body: whole('x'.repeat(100_000)),
      answer: `${greeting}\nPOST /, /a b, https, 100000 bytes\n`,
    },
  ];
}

const examples: readonly Example[] = [
  {
    guide: 'from-uwsgi',
    file: 'uwsgi.ini',
    asked: [...greeted('Hello from uwsgi.ini'), stylesheet],
    former: { parts: uwsgiParts, start: runUwsgiFile, options: uwsgiOptions },
  },
  {
    guide: 'from-gunicorn',
    file: 'gunicorn.conf.py',
    asked: greeted('Hello from gunicorn.conf.py'),
    former: { parts: gunicornParts, start: runGunicornFile, options: gunicornSettings },
  },
  {
    guide: 'from-unit',
    file: 'unit.json',
    asked: [
      ...greeted('Hello from unit.json'),
      stylesheet,
      { target: '/shop/cart', answer: 'Hello from the shop\nGET /shop, /cart, http, 0 bytes\n' },
    ],
    former: null,
  },
  {
    guide: 'from-mod_wsgi',
    file: 'wsgi-daemon.conf',
    asked: [
      { target: '/', answer: 'Hello from greeting.wsgi\nGET /, /, http, 0 bytes\n' },
      {
        method: 'POST',
        target: '/a%20b?c=d',
        body: whole('x'.repeat(100_000)),
        answer: 'Hello from greeting.wsgi\nPOST /, /a b, http, 100000 bytes\n',
      },
      stylesheet,
    ],
    former: {
      parts: apacheParts('wsgi'),
      start: (bed, file, port) =>
        startApache(bed, {
          port,
          modules: ['alias', 'mime', 'wsgi'],
          // Its own is for root.
          lines: [
            `WSGISocketPrefix ${bed.site.path('wsgi')}`,
            ...withOwnPriority(readFileSync(bed.site.path(file), 'utf8')).split('\n'),
          ],
          isSpawning: true,
        }),
      options: apacheDirectives,
    },
    front: (bed, config, port) =>
      startGenerated(bed, {
        server: 'apache',
        port,
        config,
        words: ['--server-name', 'localhost'],
        isSpawning: true,
      }),
  },
];

/** What runs under nice may not take a higher priority, and mod_wsgi logs as an error that it could not. */
function withOwnPriority(conf: string): string {
  return conf.replace(/(?<=cpu-priority=)\d+/, (priority) =>
    String(Math.max(Number(priority), getPriority())),
  );
}

/** The directives of mod_wsgi, which stand in the module by their names. */
function apacheDirectives(): readonly string[] {
  const text = readFileSync(modulePath('wsgi'), 'latin1');
  return [...text.matchAll(/(?<=\0)WSGI[A-Z][A-Za-z]+(?=\0)/g)].map(([name]) => name);
}

function sluice(bed: TestBed, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [SLUICE, ...words], { cwd: bed.site.directory, encoding: 'utf8' });
}

/** The examples in the site of the bed, which takes the place of /srv/greeting, with a port of its own for 8000. */
async function deploy(bed: TestBed, file: string): Promise<number> {
  cpSync(EXAMPLES, bed.site.directory, { recursive: true });
  const port = await bed.reservePort();
  const text = readFileSync(`${EXAMPLES}${file}`, 'utf8').replaceAll('/srv/greeting', bed.site.directory);
  bed.site.write(file, text.replaceAll(/\b8000\b/g, String(port)));
  return port;
}

async function ask(port: number, asked: Asked): Promise<unknown> {
  const response = await exchange({ port }, asked);
  return [response.status, headerValues(response, 'Content-Type')[0], text(response)];
}

/** The names in the first column of the reference of a server; `*` stands for any rest. */
function namesInReference(key: string): readonly string[] {
  const page = readFileSync(`${DOCS}reference/import.md`, 'utf8');
  const section = page.split(/^## /m).find((part) => part.includes(`\`--from ${key}\``)) ?? '';
  return [...section.matchAll(/^\| (`[^|]*`) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

describe.each(examples)('$guide', ({ guide, file, asked, former, front }) => {
  it('ends in an example that is true', async () => {
    await withBed((bed) => {
      cpSync(EXAMPLES, bed.site.directory, { recursive: true });
      const { status, stdout, stderr } = sluice(bed, 'import', file);
      const page = readFileSync(`${DOCS}guide/${guide}.md`, 'utf8');
      expect(status).toBe(0);
      expect(page).toContain(`\n${readFileSync(`${EXAMPLES}${file}`, 'utf8')}\`\`\`\n`);
      expect(page).toContain(`\`\`\`toml\n${stdout}\`\`\`\n`);
      expect(page).toContain(`\n${stderr}\`\`\`\n`);
      return Promise.resolve();
    });
  });

  it('whose output passes the check and serves', async () => {
    await withBed(async (bed) => {
      const port = await deploy(bed, file);
      const inner = `127.0.0.1:${await bed.reservePort()}`;
      const printed = sluice(bed, 'import', file).stdout.replaceAll('127.0.0.1:9000', inner);
      const toml = bed.site.write('sluice.toml', printed);
      const words = ['--config', toml, '--python', defaultPython()];
      const { status, stdout } = sluice(bed, 'check', ...words);
      expect({ status, problems: stdout.match(/^problem.*/gm) }).toEqual({ status: 0, problems: null });
      const gateway = spawnSluice(bed, ['serve', ...words, '--log-format', 'json']);
      await gateway.ready(1);
      await front?.(bed, toml, port);
      for (const each of asked) {
        const type = each.target.endsWith('.css') ? 'text/css' : 'text/plain';
        expect(await ask(port, each)).toEqual([200, expect.stringContaining(type), each.answer]);
      }
    });
  });

  if (former === null) return;
  describeWith(former.parts, 'the former server', () => {
    it('gives the same answers with the same file', async () => {
      await withBed(async (bed) => {
        const port = await deploy(bed, file);
        await former.start(bed, file, port);
        for (const each of asked)
          expect(await ask(port, each)).toEqual([200, expect.anything(), each.answer]);
      });
    });

    it('has no option that the reference does not know', () => {
      const names = namesInReference(guide.slice('from-'.length));
      const isKnown = (option: string): boolean =>
        names.some((name) => (name.endsWith('*') ? option.startsWith(name.slice(0, -1)) : option === name));
      const options = former.options();
      expect(options.length).toBeGreaterThan(40);
      expect(options.filter((option) => !isKnown(option))).toEqual([]);
    });
  });
});
