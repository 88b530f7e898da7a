// Owns the checks of one server: asks it every so often, over a connection of its own, whether it is well.

import { NO_BODY } from '../../exchange/body.ts';
import { Variables } from '../../exchange/variables.ts';
import { UpstreamFailure } from './failure.ts';
import type { Link } from './link.ts';
import type { UpstreamCall, UpstreamRequest } from './protocol.ts';
import type { Server } from './server.ts';

/** How servers are checked. */
export interface CheckOptions {
  readonly everyMs: number;
  /** How long a check may take. */
  readonly timeoutMs: number;
  /** Path of a GET that is answered with 200 to 399; null: it is enough to connect. */
  readonly path: string | null;
}

/** Checks one server until it is stopped. */
export class HealthChecks {
  readonly #server: Server;
  readonly #options: CheckOptions;
  readonly #variables: (variables: Variables) => Variables;
  readonly #checked: (failure: string | null) => void;
  readonly #timer: NodeJS.Timeout;
  /** What ends the check that is under way. */
  #running: (() => void) | null = null;

  /**
   * @param variables as those of requests are made
   * @param checked hears the outcome of each: null is well, else the reason why not
   */
  constructor(
    server: Server,
    options: CheckOptions,
    variables: (variables: Variables) => Variables,
    checked: (failure: string | null) => void,
  ) {
    this.#server = server;
    this.#options = options;
    this.#variables = variables;
    this.#checked = checked;
    this.#timer = setInterval(() => this.#check(), options.everyMs).unref();
    this.#check();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#running?.();
  }

  #check(): void {
    if (this.#running) return;
    let call: UpstreamCall | null = null;
    let link: Link | null = null;
    const end = (): void => {
      this.#running = null;
      clearTimeout(deadline);
      giveUp();
      call?.abort();
      link?.destroy();
    };
    const settle = (failure: string | null): void => {
      if (this.#running !== end) return;
      end();
      this.#checked(failure);
    };
    const deadline = setTimeout(() => {
      settle(`the check took more than ${this.#options.timeoutMs} ms (health.timeout)`);
    }, this.#options.timeoutMs);
    this.#running = end;
    const giveUp = this.#server.connections.open({
      opened: (opened) => {
        link = opened;
        if (this.#options.path === null) settle(null);
        else call = this.#ask(opened, this.#options.path, settle);
      },
      failed: ({ message }) => settle(message),
    });
  }

  #ask(link: Link, path: string, settle: (failure: string | null) => void): UpstreamCall | null {
    try {
      return link.connection.send(this.#request(path), {
        head: ({ status }) => settle(status < 400 ? null : `the check was answered with ${status}`),
        body: () => {},
        end: () => settle('the check was answered with nothing'),
        failed: ({ message }) => settle(message),
        log: () => {},
      });
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      settle(error.message);
      return null;
    }
  }

  #request(path: string): UpstreamRequest {
    const variables = Variables.from([
      ['REQUEST_METHOD', 'GET'],
      ['REQUEST_URI', path],
      ['QUERY_STRING', ''],
      ['SCRIPT_NAME', ''],
      ['PATH_INFO', path],
      ['SERVER_PROTOCOL', 'HTTP/1.1'],
      ['GATEWAY_INTERFACE', 'CGI/1.1'],
      ['SERVER_SOFTWARE', 'sluice'],
      ['SERVER_NAME', 'localhost'],
      ['SERVER_PORT', '80'],
      ['REMOTE_ADDR', '127.0.0.1'],
      ['HTTP_HOST', 'localhost'],
      ['HTTP_USER_AGENT', 'sluice health check'],
    ]);
    return { method: 'GET', variables: this.#variables(variables), body: NO_BODY };
  }
}
