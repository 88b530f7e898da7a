// SCRIPT_NAME and PATH_INFO: what each web server sends, and what an application gets.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decodedPath,
  isUnder,
  percentDecode,
  splitPath,
  type RequestPath,
  type SplitPath,
} from '../../src/routing/path.ts';

function splitAt(path: RequestPath, mount: string | null): SplitPath | null {
  return splitPath(path, { mount, isScriptNameBelieved: false });
}

type Row = readonly [
  name: string,
  requestUri: string | undefined,
  scriptName: string | undefined,
  pathInfo: string | undefined,
];

const URI = '/app/a%20b?x=1';
/** What web servers send for an application at `/app` and the request above. */
const FRONTS: readonly (readonly [...Row, scriptOut: string, pathOut: string])[] = [
  ['nginx, plain', URI, '/app/a b', undefined, '', '/app/a b'],
  ['nginx, split', URI, '/app', '/a b', '/app', '/a b'],
  ['Apache mod_proxy_fcgi', URI, '/app/a b', undefined, '', '/app/a b'],
  ['Apache mod_proxy_fcgi, unescaped path info', URI, '/app', '/a b', '/app', '/a b'],
  ['Apache mod_proxy_fcgi, raw path info', URI, '/app/a b', '/a%20b', '/app/a b', '/a%20b'],
  ['Apache mod_fcgid', URI, '/app', '/a b', '/app', '/a b'],
  ['lighttpd at /app', URI, '/app', '/a b', '/app', '/a b'],
  ['lighttpd at /, fixed', URI, '', '/app/a b', '', '/app/a b'],
  ['lighttpd at /', URI, '/app/a b', undefined, '', '/app/a b'],
  ['HAProxy', URI, '/app/a b', undefined, '', '/app/a b'],
  ['Caddy, split', '/app.php/a%20b', '/app.php', '/a b', '/app.php', '/a b'],
  ['HTTP', URI, undefined, undefined, '', '/app/a b'],
];

describe('without a mount point', () => {
  it.each(FRONTS)('%s', (_name, requestUri, scriptName, pathInfo, scriptOut, pathOut) => {
    const split = splitAt({ requestUri, scriptName, pathInfo }, null);
    expect(split).toEqual({ scriptName: scriptOut, pathInfo: pathOut });
    expect(splitAt({ requestUri, scriptName, pathInfo }, '')).toEqual(split);
  });

  it.each<readonly [...Row, string, string]>([
    ['an empty PATH_INFO of a script is kept', '/app', '/app/', '', '/app', ''],
    [
      'an empty PATH_INFO is all of it where SCRIPT_NAME is the whole path',
      '/app/x',
      '/app/x',
      '',
      '',
      '/app/x',
    ],
    ['a script name that was rewritten is believed', '/other', '/app', '', '/app', ''],
    ['nothing at all is the root', undefined, undefined, undefined, '', '/'],
    ['an empty path is the root', '', '', '', '', '/'],
    ['where both are empty the URI says it', '/app/x', '', '', '', '/app/x'],
    ['a script name of / is no script name', '/x', '/', '/x', '', '/x'],
    ['slashes at the end of the script name go', '/app//x', '/app//', '/x', '/app', '/x'],
    ['a PATH_INFO without a slash gets one', '/x', '', 'x', '', '/x'],
    ['a script name without a slash gets one', '/app/x', 'app', '/x', '/app', '/x'],
    ['double slashes stay', '//a//b', undefined, undefined, '', '//a//b'],
    ['dots are resolved', '/a/../b/./c', undefined, undefined, '', '/b/c'],
    ['dots of a script name are resolved', '/a/../b', '/a/../b', undefined, '', '/b'],
    ['dots of a PATH_INFO are resolved', '/app/a/../b', '/app', '/a/../b', '/app', '/b'],
    ['dots that climb out of a PATH_INFO stay', '/app/../b', '/app', '/../b', '/app', '/../b'],
    ['an encoded slash is decoded', '/a%2Fb', undefined, undefined, '', '/a/b'],
    ['an encoded percent sign is decoded once', '/a%252Fb', undefined, undefined, '', '/a%2Fb'],
    ['bytes that are not UTF-8 stay bytes', '/%FF%c3', undefined, undefined, '', '/\xff\xc3'],
    ['UTF-8 stays bytes', '/%C3%A9', undefined, undefined, '', '/\xc3\xa9'],
    ['a plus sign stays', '/a+b', undefined, undefined, '', '/a+b'],
    ['half an escape stays', '/a%2', undefined, undefined, '', '/a%2'],
    ['what is no escape stays', '/a%zz', undefined, undefined, '', '/a%zz'],
    ['a question mark begins the query', '/a?b?/c', undefined, undefined, '', '/a'],
    ['an encoded question mark does not', '/a%3Fb', undefined, undefined, '', '/a?b'],
    ['a whole URI loses its authority', 'http://h:1/a?b', undefined, undefined, '', '/a'],
    ['a whole URI may have no path', 'http://h', undefined, undefined, '', '/'],
    ['a whole URI may have a query and no path', 'http://h?a=/b', undefined, undefined, '', '/'],
    ['two slashes are a path, not an authority', '//h/a', undefined, undefined, '', '//h/a'],
    ['a URI in the path stays', '/go/http://h/a', undefined, undefined, '', '/go/http://h/a'],
    ['an asterisk becomes a path', '*', undefined, undefined, '', '/*'],
    ['a newline in the path (php bug 78599)', '/info.php%0A/x', '/info.php\n/x', '', '', '/info.php\n/x'],
    [
      'a newline that broke the split (php bug 78599)',
      '/i.php/%0Atest',
      '/i.php/\ntest',
      '',
      '',
      '/i.php/\ntest',
    ],
    ['an empty path info after a rewrite (php bug 78599)', '/path_info.php/', '/', '', '', '/'],
    ['NUL comes out, to be refused', '/a%00b', undefined, undefined, '', '/a\0b'],
  ])('%s', (_name, requestUri, scriptName, pathInfo, scriptOut, pathOut) => {
    expect(splitAt({ requestUri, scriptName, pathInfo }, null)).toEqual({
      scriptName: scriptOut,
      pathInfo: pathOut,
    });
  });
});

describe('where SCRIPT_NAME is believed', () => {
  it.each<readonly [...Row, string, string]>([
    ['mod_fcgid, the script itself', '/app?x', '/app', undefined, '/app', ''],
    ['mod_fcgid, below the script', '/app/a%20b', '/app', '/a b', '/app', '/a b'],
    ['lighttpd at /app', '/app', '/app', undefined, '/app', ''],
    ['nginx, split, the root', '/app', '/app', '', '/app', ''],
    ['a PATH_INFO that is missing', '/app/a%20b', '/app', undefined, '/app', '/a b'],
    ['a PATH_INFO that is empty', '/app/a%20b', '/app', '', '/app', '/a b'],
    ['a path that was rewritten', '/other/x', '/app', undefined, '/app', ''],
    ['no script', '/a%20b', '', '', '', '/a b'],
    ['nothing but the URI', '/a%20b', undefined, undefined, '', '/a b'],
    ['a script named /', '/a', '/', '/a', '', '/a'],
    ['dots', '/app/a/../b', '/app', undefined, '/app', '/b'],
  ])('%s', (_name, requestUri, scriptName, pathInfo, scriptOut, pathOut) => {
    const path = { requestUri, scriptName, pathInfo };
    expect(splitPath(path, { mount: null, isScriptNameBelieved: true })).toEqual({
      scriptName: scriptOut,
      pathInfo: pathOut,
    });
    expect(splitPath({ ...path, requestUri: '/m/x' }, { mount: '/m', isScriptNameBelieved: true })).toEqual({
      scriptName: '/m',
      pathInfo: '/x',
    });
  });
});

describe('where SCRIPT_NAME is believed, and the web server knows no scripts', () => {
  it.each<readonly [...Row, string, string]>([
    ['nginx/1.22.1', '/a%20b?x', '/a b', undefined, '', '/a b'],
    ['Caddy/v2.6.2', '/a%20b', '/a b', undefined, '', '/a b'],
    ['HAProxy 2.6.12', '/a%20b', '/a b', undefined, '', '/a b'],
    ['nginx/1.22.1', '/app', '/app', '', '/app', ''],
    ['nginx/1.22.1', '/app/x', '/app', '/x', '/app', '/x'],
    ['lighttpd/1.4.69', '/app', '/app', undefined, '/app', ''],
    ['Apache/2.4.57 (Debian)', '/app', '/app', undefined, '/app', ''],
  ])('%s: %s, %s and %s', (software, requestUri, scriptName, pathInfo, scriptOut, pathOut) => {
    const path = { requestUri, scriptName, pathInfo, software };
    const place = { mount: null, isScriptNameBelieved: true };
    expect(splitPath(path, place)).toEqual({ scriptName: scriptOut, pathInfo: pathOut });
  });
});

describe('with a mount point', () => {
  it('dots in the words of a web server do not leave it', () => {
    const sent = { requestUri: '/other', scriptName: '/app/../secret', pathInfo: undefined };
    expect(splitAt(sent, '/app')).toBeNull();
  });

  const mounted = FRONTS.filter(([, requestUri]) => requestUri === URI);
  it.each(mounted)('at /app, %s', (_name, requestUri, scriptName, pathInfo) => {
    expect(splitAt({ requestUri, scriptName, pathInfo }, '/app')).toEqual({
      scriptName: '/app',
      pathInfo: '/a b',
    });
  });

  it.each<readonly [string, string, string, RequestPath['pathInfo'] | null]>([
    ['the mount point itself', '/app', '/app', ''],
    ['the mount point with a slash', '/app/', '/app', '/'],
    ['a query right behind it', '/app?x', '/app', ''],
    ['an encoded mount point', '/%61pp/x', '/app', '/x'],
    ['an encoded slash behind it', '/app%2Fx', '/app', '/x'],
    ['a name that only begins like it', '/apple', '/app', null],
    ['another path', '/other', '/app', null],
    ['the parent', '/', '/app', null],
    ['another case', '/App/x', '/app', null],
    ['a mount point of two parts', '/a/b/c', '/a/b', '/c'],
    ['a whole URI', 'http://h/app/x', '/app', '/x'],
    ['two slashes in front', '//app/x', '/app', null],
    ['bytes', '/caf%C3%A9/x', '/caf\xc3\xa9', '/x'],
  ])('%s', (_name, requestUri, mount, pathInfo) => {
    const split = splitAt({ requestUri, scriptName: '/ignored', pathInfo: '/ignored' }, mount);
    expect(split).toEqual(pathInfo === null ? null : { scriptName: mount, pathInfo });
  });

  it('goes by SCRIPT_NAME and PATH_INFO where there is no REQUEST_URI', () => {
    const path: RequestPath = { requestUri: undefined, scriptName: '/app', pathInfo: '/x' };
    expect(splitAt(path, '/app')).toEqual({ scriptName: '/app', pathInfo: '/x' });
  });
});

describe('any path', () => {
  const part = fc.oneof(
    fc.string({
      unit: fc.constantFrom('/', 'a', '%', '2', 'F', '0', '?', '#', '.', ':', '\n', '\0', '\xff'),
    }),
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[^\0-\xff]/g, '')),
  );
  const path = fc.record({
    requestUri: fc.option(part, { nil: undefined }),
    scriptName: fc.option(part, { nil: undefined }),
    pathInfo: fc.option(part, { nil: undefined }),
  });

  it('comes out in the shape that PEP 3333 asks for', () => {
    fc.assert(
      fc.property(path, fc.constantFrom(null, '/app', '/a'), (sent, mount) => {
        const split = splitAt(sent, mount);
        if (!split) return;
        const { scriptName, pathInfo } = split;
        expect([scriptName, /^(\/[^]*[^/])?$/.test(scriptName)]).toEqual([scriptName, true]);
        expect([pathInfo, pathInfo === '' || pathInfo.startsWith('/')]).toEqual([pathInfo, true]);
        expect(scriptName + pathInfo).not.toBe('');
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not split again when it has been split', () => {
    fc.assert(
      fc.property(path, (sent) => {
        const split = splitAt(sent, null);
        if (!split || split.pathInfo === '') return;
        expect(splitAt({ ...sent, ...split }, null)).toEqual(split);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('parts', () => {
  it.each<[string, string, boolean]>([
    ['/app', '/app', true],
    ['/app/x', '/app', true],
    ['/apple', '/app', false],
    ['/ap', '/app', false],
    ['/app/', '/app/', true],
    ['/app', '/app/', false],
    ['/app/x', '/app/', true],
    ['/x', '/', true],
    ['', '/', false],
  ])('%s under %s: %s', (whole, prefix, expected) => {
    expect(isUnder(whole, prefix)).toBe(expected);
  });

  it('percent-decoding gives each byte once', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    const encoded = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    expect(percentDecode(encoded)).toBe(String.fromCharCode(...bytes));
    expect(decodedPath(`/${encoded.toUpperCase()}?${encoded}`)).toBe(`/${String.fromCharCode(...bytes)}`);
  });
});
