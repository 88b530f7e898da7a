// The gateway's own HTTP server, asked by curl.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { PATTERN, patternDigest } from '../harness/pattern.ts';
import { describeWith, program, programPart } from '../harness/require.ts';
import { directHttp } from '../paths/direct-http.ts';
import { frontOfSuite } from './describe-path.ts';

describeWith([programPart('curl')], 'curl', () => {
  const front = frontOfSuite(directHttp);

  async function curl(path: string, ...words: readonly string[]): Promise<string> {
    const { address } = front();
    const url = `http://127.0.0.1:${'port' in address ? address.port : 0}${path}`;
    const run = promisify(execFile)(program('curl'), ['-sS', '--fail', '-m', '20', ...words, url]);
    return (await run).stdout;
  }

  it('gets a page', async () => {
    expect(await curl('/hello')).toBe('hello\n');
  });

  it('sees only the head for HEAD', async () => {
    expect(await curl('/hello', '-I')).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 6\r\n[^]*\r\n\r\n$/i,
    );
  });

  it('posts a form', async () => {
    expect(JSON.parse(await curl('/form', '-d', 'a=1', '--data-urlencode', 'b=é'))).toEqual({
      a: ['1'],
      b: ['é'],
    });
  });

  it('uploads a file, waits for 100 Continue where it asks for it, and sends chunks where it is told to', async () => {
    const file = front().site.write('upload', PATTERN);
    const expected = { size: PATTERN.length, sha256: patternDigest(PATTERN.length) };
    for (const words of [[], ['-H', 'Expect: 100-continue'], ['-H', 'Transfer-Encoding: chunked']]) {
      expect(JSON.parse(await curl('/digest', '--data-binary', `@${file}`, ...words))).toEqual(expected);
    }
  });

  it('keeps its connection for the next request', async () => {
    const words = ['-w', '%{num_connects}', '-o', '/dev/null', '-o', '/dev/null'];
    const second = front().address;
    const url = `http://127.0.0.1:${'port' in second ? second.port : 0}/hello`;
    expect(await curl('/hello', ...words, url)).toBe('10');
  });

  it('continues a download in the middle', async () => {
    const path = front().site.write('pattern', PATTERN);
    const part = await curl(
      `/file?path=${encodeURIComponent(path)}`,
      '-r',
      '65000-65099',
      '-w',
      '%{http_code} %{size_download}',
      '-o',
      '/dev/null',
    );
    expect(part).toBe('206 100');
  });
});
