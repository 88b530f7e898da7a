// Owns the way of an exchange from its front to its backend: path, route, body.

import type { BodyConfig, RouteConfig } from '../config/types.ts';
import { DIRECT, type Delivery } from '../exchange/delivery.ts';
import { GatewayError } from '../exchange/errors.ts';
import type { Backend, Exchange } from '../exchange/exchange.ts';
import type { BodyClock } from '../spool/body-clock.ts';
import { collectBody } from '../spool/collect.ts';
import type { Spool } from '../spool/spool.ts';
import { splitPath, type Place, type RequestPath, type SplitPath } from './path.ts';
import { hostOf, RouteTable } from './route-table.ts';

/** A route with the backend it leads to. */
export interface Route {
  readonly config: Pick<RouteConfig, 'path' | 'streaming' | 'mount'> &
    Partial<Pick<RouteConfig, 'hosts' | 'methods'>>;
  readonly backend: Backend;
}

/** What a router has around it. */
export interface RouterOptions {
  readonly routes: readonly Route[];
  /** Answers what no route matches. */
  readonly fallback: Backend;
  readonly body: BodyConfig;
  readonly spool: Spool;
  /** What becomes of replies; by default they go straight to their front. */
  readonly delivery?: Delivery;
  /** Watches bodies that are still arriving; by default nobody does. */
  readonly bodyClock?: BodyClock;
}

/** Sends each exchange to the backend of the most special route, with its path split and its body complete. */
export class Router {
  readonly #routes: RouteTable<Route> | null;
  readonly #fallback: Backend;
  readonly #body: BodyConfig;
  readonly #spool: Spool;
  readonly #delivery: Delivery;
  readonly #bodyClock: BodyClock | null;

  constructor({ routes, fallback, body, spool, delivery = DIRECT, bodyClock }: RouterOptions) {
    const entries = routes.map((route) => {
      const { path, hosts = null, methods = null } = route.config;
      return [{ path, hosts, methods }, route] as const;
    });
    this.#routes = entries.length > 0 ? new RouteTable(entries) : null;
    this.#fallback = fallback;
    this.#body = body;
    this.#spool = spool;
    this.#delivery = delivery;
    this.#bodyClock = bodyClock ?? null;
  }

  /**
   * @param place what the listener it came in by knows of the application
   * @param mount the mount point of this request, if it is not that of the listener
   */
  handle(exchange: Exchange, place: Place, mount: string | null = place.mount): void {
    const { variables } = exchange;
    const { isScriptNameBelieved } = place;
    exchange.delivery = this.#delivery;
    const sent: RequestPath = {
      requestUri: variables.get('REQUEST_URI'),
      scriptName: variables.get('SCRIPT_NAME'),
      pathInfo: variables.get('PATH_INFO'),
      software: isScriptNameBelieved ? variables.get('SERVER_SOFTWARE') : undefined,
    };
    const asked = splitPath(sent, { mount: null, isScriptNameBelieved });
    const route = this.#routes && asked ? this.#find(this.#routes, exchange, asked) : undefined;
    const mountPoint = route?.config.mount ?? mount;
    const path = mountPoint ? splitPath(sent, { mount: mountPoint, isScriptNameBelieved }) : asked;
    if (!path) {
      const message = `${exchange.path || 'the path'} is not under the mount point ${mountPoint}`;
      exchange.fail(new GatewayError('SLUICE_NOT_MOUNTED', message));
      return;
    }
    if (isBare(sent) && !variables.get('REQUEST_METHOD')) {
      exchange.fail(new GatewayError('SLUICE_BAD_REQUEST', NOTHING_SENT));
      return;
    }
    if (path.pathInfo.includes('\0')) {
      exchange.fail(new GatewayError('SLUICE_BAD_REQUEST', 'the path contains %00'));
      return;
    }
    if (/^\/\.\.(\/|$)/.test(path.pathInfo)) {
      exchange.fail(new GatewayError('SLUICE_BAD_REQUEST', 'the path climbs out of the root'));
      return;
    }
    if (sent.scriptName === undefined && sent.pathInfo === undefined) {
      exchange.variables = variables.plus('SCRIPT_NAME', path.scriptName).plus('PATH_INFO', path.pathInfo);
    } else if (path.scriptName !== sent.scriptName || path.pathInfo !== sent.pathInfo) {
      exchange.variables = variables.with({ SCRIPT_NAME: path.scriptName, PATH_INFO: path.pathInfo });
    }
    // HAProxy leaves empty variables out; RFC 3875 says that this one is always there.
    if (variables.get('QUERY_STRING') === undefined)
      exchange.variables = exchange.variables.plus('QUERY_STRING', queryOf(sent.requestUri ?? ''));
    // A client must not be able to pass a header off as the HTTP_PROXY of the environment (httpoxy).
    if (variables.get('HTTP_PROXY') !== undefined)
      exchange.variables = exchange.variables.without('HTTP_PROXY');
    this.#pass(exchange, route?.backend ?? this.#fallback, route?.config.streaming ?? false);
  }

  #find(routes: RouteTable<Route>, { variables }: Exchange, path: SplitPath): Route | undefined {
    const name = routes.hasHosts ? (variables.get('HTTP_HOST') ?? variables.get('SERVER_NAME') ?? '') : '';
    return routes.find({
      host: hostOf(name),
      path: path.scriptName + path.pathInfo,
      method: variables.get('REQUEST_METHOD') ?? '',
    });
  }

  #pass(exchange: Exchange, backend: Backend, isStreamed: boolean): void {
    const { body } = exchange;
    if (body.kind !== 'stream') {
      backend.handle(exchange);
      return;
    }
    const { maxBytes } = this.#body;
    this.#bodyClock?.watch(exchange, body);
    if ((body.sizeBytes ?? 0) > maxBytes) {
      body.discard();
      exchange.fail(
        new GatewayError('SLUICE_BODY_TOO_LARGE', `${body.sizeBytes} bytes, ${maxBytes} allowed`),
      );
    } else if (isStreamed) {
      const message = `the request body has more than ${maxBytes} bytes`;
      body.limit(maxBytes, () => exchange.fail(new GatewayError('SLUICE_BODY_TOO_LARGE', message)));
      backend.handle(exchange);
    } else {
      collectBody(exchange, body, this.#body, this.#spool, () => backend.handle(exchange));
    }
  }
}

const NOTHING_SENT =
  'the web server has sent neither REQUEST_METHOD nor a path; in nginx, "include fastcgi_params;" (scgi_params, uwsgi_params) sends them';

function isBare({ requestUri, scriptName, pathInfo }: RequestPath): boolean {
  return requestUri === undefined && scriptName === undefined && pathInfo === undefined;
}

/** What follows the question mark of a request target. */
function queryOf(requestUri: string): string {
  const mark = requestUri.indexOf('?');
  return mark < 0 ? '' : requestUri.slice(mark + 1);
}
