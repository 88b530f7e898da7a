import { describe, expect, it } from '@jest/globals';
import { variablesBy, type VariableRules } from '../../src/backends/upstreams/request-variables.ts';
import { Variables } from '../../src/exchange/variables.ts';

const plain: VariableRules = { params: {}, documentRoot: null, index: 'index.php' };
const php: VariableRules = { ...plain, documentRoot: '/srv/php' };

function made(rules: VariableRules, variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(variablesBy(rules)(Variables.from(Object.entries(variables))).entries());
}

describe('the variables of a request to a server', () => {
  it('hold those that every CGI program may ask for', () => {
    expect(made(plain, { REQUEST_METHOD: 'POST', SERVER_NAME: 'x' })).toEqual({
      REQUEST_METHOD: 'POST',
      SERVER_NAME: 'x',
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_PROTOCOL: 'HTTP/1.1',
      QUERY_STRING: '',
      SERVER_PORT: '80',
    });
  });

  it('are what they were if nothing is missing', () => {
    const complete = { ...made(plain, {}), HTTP_X: 'y' };
    expect(made(plain, complete)).toEqual(complete);
  });

  it('hold what is configured, with other variables in it', () => {
    const params = {
      SCRIPT_FILENAME: '/srv{path}',
      HTTP_X: '{HTTP_X}!',
      NONE: '<{NO_SUCH_NAME}>',
      ODD: '{a b}{',
    };
    const answer = made({ ...plain, params }, { SCRIPT_NAME: '/a', PATH_INFO: '/b$&.x', HTTP_X: 'yes' });
    expect(answer).toMatchObject({
      SCRIPT_FILENAME: '/srv/a/b$&.x',
      HTTP_X: 'yes!',
      NONE: '<>',
      ODD: '{a b}{',
    });
  });

  it.each([
    ['', '/', '/index.php', ''],
    ['', '/posts/42', '/index.php', '/posts/42'],
    ['', '/a.php', '/a.php', ''],
    ['', '/a.php/b/c', '/a.php', '/b/c'],
    ['/app', '/a.php/b.php', '/app/a.php', '/b.php'],
    ['/blog', '/posts/7', '/blog/index.php', '/posts/7'],
    ['/blog', '/', '/blog/index.php', ''],
    ['/blog', '', '/blog/index.php', ''],
    ['', '/a.phpx/b', '/index.php', '/a.phpx/b'],
    ['', '/a.php7', '/index.php', '/a.php7'],
    ['', '/x.jpg/y.php', '/x.jpg/y.php', ''],
    // The case of a letter may change the length of others: nothing is folded.
    ['', '/\xc8\xba.PHP/x.php', '/\xc8\xba.PHP/x.php', ''],
    ['', '/a\nb.php/c', '/a\nb.php', '/c'],
    ['', '/a.php\n/c', '/index.php', '/a.php\n/c'],
  ])('name for %j and %j the script %j', (scriptName, pathInfo, script, info) => {
    expect(made(php, { SCRIPT_NAME: scriptName, PATH_INFO: pathInfo })).toMatchObject({
      DOCUMENT_ROOT: '/srv/php',
      SCRIPT_NAME: script,
      SCRIPT_FILENAME: `/srv/php${script}`,
      PATH_INFO: info,
    });
  });

  it.each(['/../x.php', '/a/../../x.php', '/./x.php', '/a/..', '/a\\..\\x.php'])(
    'name no script for %j',
    (path) => {
      expect(() => made(php, { SCRIPT_NAME: '', PATH_INFO: path })).toThrow('the path has parts');
    },
  );

  it('join headers that came more than once, and let the last of others count', () => {
    const block = 'HTTP_A\0one\0X\0old\0HTTP_COOKIE\0a=1\0HTTP_A\0two\0X\0new\0HTTP_COOKIE\0b=2\0';
    const variables = variablesBy(plain)(new Variables(Buffer.from(block)));
    expect(Object.fromEntries(variables.entries())).toMatchObject({
      HTTP_A: 'one, two',
      X: 'new',
      HTTP_COOKIE: 'a=1; b=2',
    });
    const written = Buffer.alloc(variables.byteLength);
    variables.writeInto(written, 0);
    const names = written
      .toString()
      .split('\0')
      .filter((_, at) => at % 2 === 0);
    expect(new Set(names).size).toBe(names.length);
  });
});
