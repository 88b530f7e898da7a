// Static files through a whole gateway: beside the application, over a real socket.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomFillSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { PausedClient } from '../reply/paused-client.ts';
import { openFilesBelow } from '../reply/open-files.ts';
import { RealGateway } from '../helpers/real-gateway.ts';
import { until } from '../helpers/settled.ts';

const APP = `
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"application " + environ["PATH_INFO"].encode("latin-1")]
`;
const CONFIG = `
[[static]]
path = "/static/"
directory = "public"
cache_control = "max-age=60"

[[static]]
path = "/static/pages/"
directory = "pages"
index = "index.html"
`;

let gateway: RealGateway;
beforeEach(async () => {
  gateway = new RealGateway();
  gateway.write('app.py', APP);
  gateway.write('sluice.toml', CONFIG);
  for (const name of ['public', 'pages']) mkdirSync(`${gateway.directory}/${name}`);
  gateway.write('public/a b.txt', 'file');
  gateway.write('pages/index.html', 'page');
  await gateway.start({ processes: '1' }, 'sluice.toml');
});
afterEach(async () => {
  await until('every file is closed', () => openFilesBelow(gateway.directory).length === 0);
  await gateway.close();
});

describe('[[static]]', () => {
  it('takes its path from the application, and the longest path wins', async () => {
    expect(await gateway.get('/static/a%20b.txt?v=1')).toEqual([200, 'file']);
    expect(await gateway.get('/static/pages/')).toEqual([200, 'page']);
    expect(await gateway.get('/static')).toEqual([200, 'application /static']);
    expect((await gateway.get('/static/missing'))[0]).toBe(404);
    const { headers } = await fetch(`${gateway.url}/static/a%20b.txt`);
    expect(headers.get('cache-control')).toBe('max-age=60');
  });

  it('sends 20 MB to a client that reads late, and everything else meanwhile', async () => {
    const content = randomFillSync(Buffer.alloc(20_000_000));
    writeFileSync(`${gateway.directory}/public/large`, content);
    const client = await PausedClient.ask(gateway.url, '/static/large');
    expect(await gateway.get('/hello')).toEqual([200, 'application /hello']);
    const digest = createHash('sha256').update(content).digest('hex');
    expect(await client.readAll()).toMatchObject({ bodyBytes: 20_000_000, digest });
  });
});
