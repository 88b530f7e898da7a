import { afterEach, describe, expect, it } from '@jest/globals';
import type { BodyConfig, RouteConfig } from '../../src/config/types.ts';
import { BodyBytes, BodyStream } from '../../src/exchange/body.ts';
import type { Backend, Exchange } from '../../src/exchange/exchange.ts';
import { Router } from '../../src/routing/router.ts';
import { Spool } from '../../src/spool/spool.ts';
import { RecordingSource } from '../helpers/body-readers.ts';
import { makeExchange, type TestExchange } from '../helpers/exchanges.ts';

class RecordingBackend implements Backend {
  readonly taken: Exchange[] = [];

  handle(exchange: Exchange): void {
    this.taken.push(exchange);
  }
}

const LIMITS: BodyConfig = {
  memoryBytes: 1_000,
  totalMemoryBytes: 1_000,
  maxBytes: 10,
  spoolDirectory: null,
};
const spool = new Spool(null);
afterEach(() => spool.close());

interface Routed extends TestExchange {
  /** Where it went: the path of its route, or null for the fallback or nowhere. */
  readonly route: string | null;
  readonly isHandled: boolean;
}

const PLAIN = {
  path: '/',
  hosts: null,
  methods: null,
  streaming: false,
  mount: null,
  requestTimeoutMs: null,
  firstByteTimeoutMs: null,
  streamIdleTimeoutMs: null,
};

/** Routes one request among routes of the given paths, and says where it went. */
function route(
  made: TestExchange,
  routes: readonly Partial<RouteConfig>[] = [],
  mount: string | null = null,
): Routed {
  const backends = routes.map((part) => {
    const to = { kind: 'pool', name: 'x' } as const;
    const config: RouteConfig = { ...PLAIN, to, ...part };
    return { config, backend: new RecordingBackend() };
  });
  const fallback = new RecordingBackend();
  const router = new Router({ routes: backends, fallback, body: LIMITS, spool });
  router.handle(made.exchange, { mount, isScriptNameBelieved: false });
  const went = backends.find(({ backend }) => backend.taken.length > 0);
  return {
    ...made,
    route: went?.config.path ?? null,
    isHandled: went !== undefined || fallback.taken.length > 0,
  };
}

function get(requestUri: string, more: Readonly<Record<string, string>> = {}): TestExchange {
  const path = requestUri.replace(/\?.*/, '');
  return makeExchange({ variables: { REQUEST_URI: requestUri, PATH_INFO: path, ...more } });
}

describe('a route', () => {
  const routes = [{ path: '/a/' }, { path: '/a/b/' }, { path: '/' }, { path: '/exact' }];

  it.each([
    ['/a/b/c', '/a/b/'],
    ['/a/b', '/a/'],
    ['/a/', '/a/'],
    ['/a', '/'],
    ['/exact', '/exact'],
    ['/exact/x', '/exact'],
    ['/exactly', '/'],
    ['/a/b/?x=/exact', '/a/b/'],
  ])('of %s is the longest that matches: %s', (uri, path) => {
    expect(route(get(uri), routes).route).toBe(path);
  });

  it('is found in the path as it was asked for, with the script name', () => {
    const made = get('/a/b/c', { SCRIPT_NAME: '/a/b', PATH_INFO: '/c' });
    expect(route(made, routes).route).toBe('/a/b/');
  });

  it('that matches nothing is the fallback', () => {
    expect(route(get('/x'), [{ path: '/a' }])).toMatchObject({ route: null, isHandled: true });
  });

  it('can have a mount point of its own, in place of that of the listener', () => {
    const { exchange } = route(get('/a/b/c'), [{ path: '/a/', mount: '/a/b' }], '/a');
    expect([exchange.variables.get('SCRIPT_NAME'), exchange.variables.get('PATH_INFO')]).toEqual([
      '/a/b',
      '/c',
    ]);
  });
});

describe('the query', () => {
  it.each([
    ['/x?a=b', {}, 'a=b'],
    ['/x', {}, ''],
    ['/x?', {}, ''],
    ['/x?a=b', { QUERY_STRING: 'rewritten=1' }, 'rewritten=1'],
    ['/x?a=b', { QUERY_STRING: '' }, ''],
  ])('of %s with %j is %j', (uri, more, query) => {
    const { exchange } = route(get(uri, more));
    expect(exchange.variables.get('QUERY_STRING')).toBe(query);
  });
});

describe('the path', () => {
  it('is put into the variables', () => {
    const made = makeExchange({ variables: { REQUEST_URI: '/x%20y', SCRIPT_NAME: '/x y', PATH_INFO: '' } });
    const { variables } = route(made).exchange;
    expect([variables.get('SCRIPT_NAME'), variables.get('PATH_INFO')]).toEqual(['', '/x y']);
  });

  it('outside the mount point is answered with 404', () => {
    const { exchange, isHandled } = route(get('/other'), [], '/app');
    expect([exchange.outcome, exchange.status, isHandled]).toEqual(['SLUICE_NOT_MOUNTED', 404, false]);
  });

  it('of a web server that sends no variables at all is answered with 400, and the log names the line it lacks', () => {
    const paths = ['REQUEST_URI', 'SCRIPT_NAME', 'PATH_INFO'];
    const bare = makeExchange({ showDetail: true });
    bare.exchange.variables = bare.exchange.variables.without('REQUEST_METHOD', ...paths);
    const { exchange, isHandled } = route(bare);
    expect([exchange.outcome, exchange.status, isHandled]).toEqual(['SLUICE_BAD_REQUEST', 400, false]);
    expect(bare.reply.text).toContain('include fastcgi_params;');
    const withMethod = makeExchange();
    withMethod.exchange.variables = withMethod.exchange.variables.without(...paths);
    expect(route(withMethod).isHandled).toBe(true);
  });

  it('is shown without its query where that is said', () => {
    const { exchange } = route(get('/other?token=secret'), [], '/app');
    expect(exchange.error?.message).toBe('/other is not under the mount point /app');
  });

  it('with an encoded NUL is answered with 400', () => {
    const made = makeExchange({ variables: { REQUEST_URI: '/a%00b' } });
    made.exchange.variables = made.exchange.variables.without('SCRIPT_NAME', 'PATH_INFO');
    const mounted = route(get('/app/%00'), [], '/app');
    expect([route(made).exchange.outcome, mounted.exchange.outcome]).toEqual(
      Array(2).fill('SLUICE_BAD_REQUEST'),
    );
  });
});

describe('the variables', () => {
  it('lose HTTP_PROXY, which would set the proxy of the application (httpoxy)', () => {
    const { exchange } = route(get('/', { HTTP_PROXY: 'http://evil', HTTP_PROXY_X: 'kept' }));
    expect(exchange.variables.get('HTTP_PROXY')).toBeUndefined();
    expect(exchange.variables.get('HTTP_PROXY_X')).toBe('kept');
    expect(exchange.variables.block.includes('evil')).toBe(false);
  });

  it('stay the same object where nothing has to change', () => {
    const made = get('/x', { QUERY_STRING: '' });
    const { variables } = made.exchange;
    expect(route(made).exchange.variables).toBe(variables);
  });
});

describe('a body', () => {
  const collecting = (fallback: Backend): Router => new Router({ routes: [], fallback, body: LIMITS, spool });
  const post = (sizeBytes: number | null): TestExchange & { body: BodyStream; source: RecordingSource } => {
    const source = new RecordingSource();
    const body = new BodyStream(source, sizeBytes);
    return { ...makeExchange({ body, variables: { REQUEST_METHOD: 'POST' } }), body, source };
  };

  it('is complete before a backend gets the request', () => {
    const made = post(null);
    const backend = new RecordingBackend();
    collecting(backend).handle(made.exchange, { mount: null, isScriptNameBelieved: false });
    made.body.push(Buffer.from('abc'));
    expect(backend.taken).toEqual([]);
    made.body.finish();
    expect(backend.taken).toEqual([made.exchange]);
    expect(made.exchange.body).toEqual(new BodyBytes([Buffer.from('abc')]));
    expect(made.exchange.variables.get('CONTENT_LENGTH')).toBe('3');
  });

  it('is not waited for on a streaming route', () => {
    const made = post(5);
    const { exchange } = route(made, [{ path: '/', streaming: true }]);
    expect([exchange.body === made.body, exchange.isDone]).toEqual([true, false]);
  });

  it.each([false, true])(
    'announced as too large is refused with 413 at once (streaming: %s)',
    (streaming) => {
      const made = post(11);
      const { exchange, isHandled } = route(made, [{ path: '/', streaming }]);
      expect([exchange.outcome, exchange.status, isHandled]).toEqual(['SLUICE_BODY_TOO_LARGE', 413, false]);
      made.body.push(Buffer.alloc(1_000_000));
      expect(made.source.isPaused).toBe(false);
    },
  );

  it('that turns out too large is refused with 413, and the rest thrown away', () => {
    const made = post(null);
    const { exchange } = route(made);
    made.body.push(Buffer.alloc(10));
    expect(exchange.isDone).toBe(false);
    made.body.push(Buffer.alloc(1));
    expect([exchange.outcome, exchange.status]).toEqual(['SLUICE_BODY_TOO_LARGE', 413]);
    made.body.push(Buffer.alloc(1_000_000));
    expect(made.source.isPaused).toBe(false);
  });

  it('of exactly the limit is taken', () => {
    const made = post(10);
    const backend = new RecordingBackend();
    collecting(backend).handle(made.exchange, { mount: null, isScriptNameBelieved: false });
    made.body.push(Buffer.alloc(10));
    made.body.finish();
    expect(backend.taken).toHaveLength(1);
  });

  it('that turns out too large on a streaming route is cut off at the limit', () => {
    const made = post(null);
    const { exchange } = route(made, [{ path: '/', streaming: true }]);
    const { body } = made;
    const endings: string[] = [];
    let bytes = 0;
    body.read({
      chunk: (chunk) => {
        bytes += chunk.length;
        return true;
      },
      end: () => endings.push('end'),
      failed: () => endings.push('failed'),
    });
    body.push(Buffer.alloc(8));
    body.push(Buffer.alloc(8));
    body.finish();
    expect([exchange.outcome, bytes <= 10, endings]).toEqual(['SLUICE_BODY_TOO_LARGE', true, ['failed']]);
  });
});
