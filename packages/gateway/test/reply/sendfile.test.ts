// X-Sendfile and X-Accel-Redirect, in each of the three ways they may be meant.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { Head } from '../../src/exchange/head.ts';
import { Replies, type ReplyRules } from '../../src/reply/replies.ts';
import { Spool } from '../../src/spool/spool.ts';
import { makeExchange, type TestExchange } from '../helpers/exchanges.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';
import { openFilesBelow } from './open-files.ts';

const temporary = new Temporary();
let base = '';
let strippedCount = 0;
beforeEach(() => {
  base = realpathSync(temporary.directory());
  mkdirSync(`${base}/files/deep`, { recursive: true });
  mkdirSync(`${base}/more`);
  writeFileSync(`${base}/files/a.txt`, 'the file');
  writeFileSync(`${base}/files/deep/.b c.pdf`, 'deep');
  writeFileSync(`${base}/more/d.txt`, 'more');
  writeFileSync(`${base}/secret`, 'secret');
  symlinkSync(`${base}/secret`, `${base}/files/link`);
  strippedCount = 0;
});
afterEach(async () => {
  await until('every file is closed', () => openFilesBelow(base).length === 0);
  temporary.remove();
});

type Headers = readonly (readonly [string, string])[];

interface Asked {
  readonly headers: Headers;
  readonly mode?: ReplyRules['sendfile'];
  readonly status?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

/** An application has answered with these headers and a body of its own. */
function answered({ headers, mode = 'serve', status = 200, variables = {} }: Asked): TestExchange {
  const made = makeExchange({ variables });
  const rules: ReplyRules = {
    memoryBytes: 0,
    totalMemoryBytes: 0,
    maxBytes: 0,
    areFilesOffloaded: true,
    sendfile: mode,
    sendfileDirectories: { '/protected/': `${base}/files`, '/protected/more/': `${base}/more` },
  };
  made.exchange.delivery = new Replies(rules, new Spool(null), {
    spillFailed: () => {},
    fileNameStripped: () => strippedCount++,
  });
  made.exchange.respond(Head.build(status, 'Fine', headers), Buffer.from('own '), false);
  made.exchange.write(Buffer.from('body'), true);
  return made;
}

async function replyTo(asked: Asked): Promise<TestExchange['reply']> {
  const made = answered(asked);
  await made.done;
  return made.reply;
}

describe('strip', () => {
  it.each(['X-Sendfile', 'x-accel-redirect', 'X-LIGHTTPD-send-file'])(
    'takes %s out of the head and tells it',
    async (name) => {
      const reply = await replyTo({ headers: [['A', '1'], [name, '/x'], ['B', '2']], mode: 'strip' }); // prettier-ignore
      expect(reply.sentHead?.bytes.toString()).toBe('200 Fine\r\nA: 1\r\nB: 2\r\n');
      expect([reply.text, strippedCount]).toEqual(['own body', 1]);
    },
  );

  it('leaves other heads as they are, to the byte', async () => {
    const reply = await replyTo({ headers: [['X-Sendfile-Type', 'X-Sendfile: /x']], mode: 'strip' });
    expect(reply.sentHead?.bytes.toString()).toBe('200 Fine\r\nX-Sendfile-Type: X-Sendfile: /x\r\n');
    expect(strippedCount).toBe(0);
  });
});

describe('pass', () => {
  it('leaves it to the web server', async () => {
    const reply = await replyTo({ headers: [['X-Accel-Redirect', '/protected/a.txt']], mode: 'pass' });
    expect([reply.sentHead?.get('x-accel-redirect'), reply.text]).toEqual(['/protected/a.txt', 'own body']);
  });
});

describe('serve', () => {
  it.each([
    ['X-Sendfile', () => `${base}/files/a.txt`, 'the file'],
    ['X-LIGHTTPD-send-file', () => `${base}/files/deep/.b c.pdf`, 'deep'],
    ['X-Accel-Redirect', () => '/protected/a.txt', 'the file'],
    ['X-Accel-Redirect', () => '/protected/deep/.b%20c.pdf?x=1', 'deep'],
    ['X-Accel-Redirect', () => '/protected/more/d.txt', 'more'],
  ])('%s sends the file instead of the body', async (name, value, content) => {
    const reply = await replyTo({ headers: [[name, value()]] });
    expect([reply.sentHead?.status, reply.text, reply.ending]).toEqual([200, content, 'complete']);
    expect(reply.sentHead?.get('content-length')).toBe(String(content.length));
    expect(reply.sentHead?.get(name)).toBe(undefined);
  });

  it('keeps the headers of the application, and fills in what it left out', async () => {
    const own: Headers = [['Content-Type', 'text/x-own'], ['Content-Length', '8000'], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']]; // prettier-ignore
    const reply = await replyTo({ headers: [...own, ['X-Accel-Redirect', '/protected/a.txt']] });
    const headers = [...(reply.sentHead?.headers() ?? [])].map(([name, value]) => `${name}: ${value}`);
    expect(headers.slice(0, 3)).toEqual(['Content-Type: text/x-own', 'Set-Cookie: a=1', 'Set-Cookie: b=2']);
    expect(headers).toContain('Content-Length: 8');
    expect(reply.sentHead?.get('last-modified')).toMatch(/GMT$/);
  });

  it('answers ranges, unless the application has a status or validators of its own', async () => {
    const variables = { HTTP_RANGE: 'bytes=4-' };
    const name = ['X-Accel-Redirect', '/protected/a.txt'] as const;
    const range = await replyTo({ headers: [name], variables });
    expect([range.sentHead?.status, range.text]).toEqual([206, 'file']);
    expect(range.sentHead?.get('content-range')).toBe('bytes 4-7/8');
    const own = await replyTo({ headers: [name, ['ETag', '"own"']], variables });
    expect([own.sentHead?.status, own.text, own.sentHead?.get('etag')]).toEqual([200, 'the file', '"own"']);
    const created = await replyTo({ headers: [name], status: 201, variables });
    expect([created.sentHead?.status, created.text]).toEqual([201, 'the file']);
    const posted = await replyTo({ headers: [name], variables: { ...variables, REQUEST_METHOD: 'POST' } });
    expect([posted.sentHead?.status, posted.text]).toEqual([200, 'the file']);
  });

  it('sends the head alone for HEAD', async () => {
    const variables = { REQUEST_METHOD: 'HEAD' };
    const reply = await replyTo({ headers: [['X-Accel-Redirect', '/protected/a.txt']], variables });
    expect([reply.text, reply.sentHead?.get('content-length')]).toEqual(['', '8']);
  });

  it.each([
    ['X-Sendfile', () => `${base}/secret`],
    ['X-Sendfile', () => `${base}/files`],
    ['X-Sendfile', () => 'a.txt'],
    ['X-Sendfile', () => '/etc/passwd'],
    ['X-Accel-Redirect', () => '/a.txt'],
    ['X-Accel-Redirect', () => `${base}/files/a.txt`],
  ])('%s may name nothing that is in none of the directories', async (name, value) => {
    const made = answered({ headers: [[name, value()]] });
    await made.done;
    expect([made.exchange.outcome, made.reply.sentHead?.status]).toEqual(['SLUICE_REPLY_FILE', 502]);
    expect(made.exchange.error?.message).toContain('sendfile_directories');
    expect(made.reply.text).not.toContain('secret');
  });

  it.each([
    ['X-Sendfile', () => `${base}/files/missing`],
    ['X-Sendfile', () => `${base}/files/../secret`],
    ['X-Sendfile', () => `${base}/files/link`],
    ['X-Sendfile', () => `${base}/files/deep`],
    ['X-Accel-Redirect', () => '/protected/'],
    ['X-Accel-Redirect', () => '/protected/%2e%2e/secret'],
    ['X-Accel-Redirect', () => '/protected/..%2fsecret'],
    ['X-Accel-Redirect', () => '/protected/../secret'],
  ])('%s that leads to no file in it is not found', async (name, value) => {
    const reply = await replyTo({ headers: [[name, value()]] });
    expect([reply.sentHead?.status, reply.text.includes('secret')]).toEqual([404, false]);
  });

  it('is over when the client goes before the file is found', async () => {
    const made = answered({ headers: [['X-Accel-Redirect', '/protected/a.txt']] });
    made.exchange.cancel();
    // It is asked for again, and found later than the first time.
    await replyTo({ headers: [['X-Accel-Redirect', '/protected/a.txt']] });
    expect([made.exchange.outcome, made.reply.calls]).toEqual(['cancelled', []]);
  });
});
