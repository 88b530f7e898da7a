// Which file a path leads to, and that it never leads out of the directory.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { describeFile, encodePath, isInside, type FileAnswer } from '../../src/reply/describe-file.ts';
import { Temporary } from '../helpers/temporary.ts';

const temporary = new Temporary();
let directory = '';

/**
 * site/       public: a.txt, sub/b.txt, .hidden, .git/config, and links
 * secret.txt  beside it, and out of bounds
 * site-two/   as well, though its name begins the same
 */
beforeAll(() => {
  const base = realpathSync(temporary.directory());
  directory = `${base}/site`;
  for (const name of ['site', 'site/sub', 'site/.git', 'site-two']) mkdirSync(`${base}/${name}`);
  const files = [
    'site/a.txt',
    'site/sub/b.txt',
    'site/.hidden',
    'site/.git/config',
    'secret.txt',
    'site-two/c',
  ];
  for (const name of [...files, 'site/100% sure?.txt', 'site/\u00fc.txt'])
    writeFileSync(`${base}/${name}`, name);
  symlinkSync(`${base}/secret.txt`, `${directory}/link-out`);
  symlinkSync('../secret.txt', `${directory}/relative-out`);
  symlinkSync(base, `${directory}/up`);
  symlinkSync('/', `${directory}/root`);
  symlinkSync(`${base}/site-two`, `${directory}/two`);
  symlinkSync('sub/b.txt', `${directory}/link-in`);
  symlinkSync('loop', `${directory}/loop`);
});
afterAll(() => temporary.remove());

function look(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  dotfiles = false,
): Promise<FileAnswer> {
  return describeFile({ directory, path, headers, index: null, dotfiles });
}

/** What the file holds that would be sent: its name. */
async function contentOf(answer: FileAnswer): Promise<string> {
  if (answer.kind !== 'file' || !answer.part)
    return `${answer.kind} ${'status' in answer ? answer.status : ''}`;
  const handle = await answer.part.open();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(100), 0, 100, answer.part.offsetBytes);
  await handle.close();
  return buffer.toString('utf8', 0, Math.min(bytesRead, answer.part.sizeBytes));
}

describe('a path that leads to a file in the directory', () => {
  it.each([
    ['a.txt', 'site/a.txt'],
    ['/a.txt', 'site/a.txt'],
    ['//a.txt', 'site/a.txt'],
    ['./sub/./b.txt', 'site/sub/b.txt'],
    ['sub//b.txt', 'site/sub/b.txt'],
    ['link-in', 'site/sub/b.txt'],
    ['100% sure?.txt', 'site/100% sure?.txt'],
    ['\u00c3\u00bc.txt', 'site/\u00fc.txt'],
  ])('%s is sent', async (path, content) => {
    expect(await contentOf(await look(path))).toBe(content);
  });
});

describe('a path that would lead elsewhere', () => {
  it.each([
    ['up and out', '../secret.txt'],
    ['up and out, from below', 'sub/../../secret.txt'],
    ['up and back in', '../site/a.txt'],
    ['up inside', 'sub/../a.txt'],
    ['up at the end', 'sub/..'],
    ['far up', '../../../../../../../../etc/passwd'],
    ['up, encoded once more', '%2e%2e/secret.txt'],
    ['slash encoded once more', '..%2fsecret.txt'],
    ['backslashes', '..\\secret.txt'],
    ['a backslash as part of a name', 'sub\\b.txt'],
    ['absolute', '/etc/passwd'],
    ['absolute, twice', '//etc/passwd'],
    ['a sibling whose name begins the same', '../site-two/c'],
    ['a link out', 'link-out'],
    ['a relative link out', 'relative-out'],
    ['through a link up', 'up/secret.txt'],
    ['through a link up and back in, not a link itself', 'up/site-two/c'],
    ['through a link to the root', 'root/etc/passwd'],
    ['through a link to a sibling', 'two/c'],
    ['a link to itself', 'loop'],
    ['a hidden file', '.hidden'],
    ['a file in a hidden directory', '.git/config'],
    ['a hidden directory', '.git/'],
    ['a file as a directory', 'a.txt/'],
    ['below a file', 'a.txt/b'],
    ['a directory with its slash', 'sub/'],
    ['the directory itself', '/'],
    ['NUL at the end of a name', 'a.txt\0'],
    ['NUL in front of another ending', 'a.txt\0.png'],
    ['a name that is no UTF-8', '\xff\xfe.txt'],
    ['a name that is too long', 'x'.repeat(5_000)],
    ['dots that are not a name', '...'],
  ])('finds nothing: %s', async (_name, path) => {
    const answer = await look(path);
    expect(answer.kind === 'refused' && [400, 404].includes(answer.status)).toBe(true);
  });

  it('finds nothing outside, whatever it is made of', async () => {
    const part = fc.constantFrom('..', '.', '', 'sub', 'up', 'root', 'two', 'a.txt', 'secret.txt', 'site', '%2e%2e', '\\', 'link-out', '\0', 'c'); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), fc.boolean(), async (parts, dotfiles) => {
        const answer = await look(parts.join('/'), {}, dotfiles);
        const content = answer.kind === 'file' ? await contentOf(answer) : 'site/';
        expect(content.startsWith('site/')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('finds hidden files where they may be seen, and nothing outside even then', async () => {
    expect(await contentOf(await look('.hidden', {}, true))).toBe('site/.hidden');
    expect(await look('../secret.txt', {}, true)).toMatchObject({ kind: 'refused', status: 404 });
  });
});

describe('a directory without its slash', () => {
  it('is told', async () => {
    expect(await look('sub')).toEqual({ kind: 'directory' });
  });
});

describe('the rules of HTTP', () => {
  it('make a range', async () => {
    const answer = await look('a.txt', { range: 'bytes=5-8' });
    expect(answer).toMatchObject({ kind: 'file', status: 206, part: { offsetBytes: 5, sizeBytes: 4 } });
    expect(await contentOf(answer)).toBe('a.tx');
  });

  it.each([
    ['of the end', 'bytes=-3', 206, 7, 3],
    ['from a byte on', 'bytes=8-', 206, 8, 2],
    ['beyond the end, cut', 'bytes=8-100', 206, 8, 2],
    ['several: all is sent, as is allowed', 'bytes=0-0,5-5', 200, 0, 10],
    ['of another unit', 'lines=1-2', 200, 0, 10],
  ])('know a range %s', async (_name, range, status, offsetBytes, sizeBytes) => {
    expect(await look('a.txt', { range })).toMatchObject({ status, part: { offsetBytes, sizeBytes } });
  });

  it('refuse a range that is not there, and tell the size', async () => {
    const answer = await look('a.txt', { range: 'bytes=10-' });
    expect(answer).toEqual({ kind: 'refused', status: 416, sizeBytes: 10 });
  });

  it('spare the body to those who have it, and refuse what was asked under a wrong condition', async () => {
    const first = await look('a.txt');
    const etag = first.kind === 'file' ? (first.headers.get('ETag') ?? '') : '';
    expect(await look('a.txt', { 'if-none-match': etag })).toMatchObject({ status: 304, part: null });
    expect(await look('a.txt', { 'if-match': '"other"' })).toMatchObject({ kind: 'refused', status: 412 });
    expect(await look('a.txt', { range: 'bytes=0-1', 'if-range': '"other"' })).toMatchObject({ status: 200 });
  });
});

describe('encodePath', () => {
  it('leaves nothing that means something in a URI, and is undone by decoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const path = Buffer.from(text).toString('latin1');
        const encoded = encodePath(path);
        expect(encoded).toMatch(/^[\w\-./~%]*$/);
        expect(Buffer.from(decodeURIComponent(encoded)).toString('latin1')).toBe(path);
      }),
    );
  });
});

describe('isInside', () => {
  it.each([
    ['/srv/a', '/srv/a/b', true],
    ['/srv/a', '/srv/a/..b', true],
    ['/srv/a', '/srv/a', false],
    ['/srv/a', '/srv/ab', false],
    ['/srv/a', '/srv', false],
    ['/', '/etc', true],
  ])('%s, %s: %s', (outer, path, expected) => {
    expect(isInside(outer, path)).toBe(expected);
  });
});
