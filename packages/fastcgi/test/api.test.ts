import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import * as root from '@sluice/fastcgi';
import * as codec from '@sluice/fastcgi/codec';
import { runProgram } from './helpers/binaries.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** All source text of the package. */
function sources(): string {
  const files = readdirSync(path('../src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('errors.ts'))
    .map((file) => readFileSync(path(`../src/${file}`), 'utf8'))
    .join('\n');
}

/** Without the spaces that align the tables. */
const readme = readFileSync(path('../README.md'), 'utf8').replaceAll(/ +/g, ' ');

describe('the entry points', () => {
  it('hold these names and no others', () => {
    expect(Object.keys(root).toSorted()).toEqual([
      'ALIGNMENT',
      'Agent',
      'CONTENT_LENGTH_MAX',
      'CgiHeadParser',
      'ClientConnection',
      'DEFAULT_LIMITS',
      'DEFAULT_PARAMS',
      'ERROR_CODES',
      'FIXED_BODY_LENGTH',
      'FastCgiError',
      'HEADER_LENGTH',
      'KEEP_CONN',
      'LISTENSOCK_FILENO',
      'MANAGEMENT_ID',
      'ONE_WRITE_MAX',
      'PARAMS_CONTENT_MAX',
      'Params',
      'ParamsCollector',
      'ProtocolStatus',
      'RecordDecoder',
      'RecordType',
      'Role',
      'STREAM_CONTENT_MAX',
      'ServerConnection',
      'SocketTransport',
      'VERSION',
      'ValueName',
      'answerGetValues',
      'buildCgiHead',
      'createServer',
      'encodeAbortRequest',
      'encodeBeginRequest',
      'encodeBlockParams',
      'encodeEndRequest',
      'encodeGetValues',
      'encodePairs',
      'encodeParams',
      'encodeRecord',
      'encodeStream',
      'encodeStreamEnd',
      'encodeUnknownType',
      'globalAgent',
      'isAllowedPeer',
      'isBodyless',
      'isFastCgiProcess',
      'paddingFor',
      'parseCgiHead',
      'parseWebServerAddresses',
      'request',
    ]);
  });

  it('agree: the codec is a part of the whole', () => {
    const whole = new Map<string, unknown>(Object.entries(root));
    for (const [name, value] of Object.entries(codec)) expect(whole.get(name)).toBe(value);
  });

  it('compile in a strict program, and so do these tests', async () => {
    const { code, stdout } = await runProgram(path('../../../node_modules/.bin/tsc'), ['-p', path('.')]);
    expect(stdout.toString()).toBe('');
    expect(code).toBe(0);
  });
});

describe('error codes', () => {
  it.each(root.ERROR_CODES)('%s is raised somewhere and explained in the README', (code) => {
    expect(sources()).toContain(`'${code}'`);
    expect(readme).toContain(`| \`${code}\` |`);
  });

  it('in the README all exist', () => {
    const explained = [...readme.matchAll(/^\| `(FCGI_[A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(new Set(explained)).toEqual(new Set(root.ERROR_CODES));
    expect(explained.length).toBe(root.ERROR_CODES.length);
  });
});

describe('limits', () => {
  it.each(Object.entries(root.DEFAULT_LIMITS))('%s is in the README with its default %i', (name, value) => {
    expect(readme).toContain(`| \`${name}\` | ${value} |`);
  });
});

describe('the examples of the README', () => {
  it('name only what exists', () => {
    const imported = [...readme.matchAll(/import \{([^}]*)\} from '@sluice\/fastcgi'/g)].flatMap(
      ([, names = '']) => names.split(',').map((name) => name.trim()),
    );
    expect(imported.length).toBeGreaterThan(0);
    for (const name of imported) expect(Object.keys(root)).toContain(name);
  });
});
