// THE table: every section, every setting. Whatever lists settings walks over it.
import { variableName, type Setting } from '../setting.ts';
import { appSettings } from './app.ts';
import { bodySettings } from './body.ts';
import { controlSettings } from './control.ts';
import { limitsSettings } from './limits.ts';
import { listenProtocols, listenSettings } from './listen.ts';
import { logSettings } from './log.ts';
import { poolSettings } from './pool.ts';
import { replySettings } from './reply.ts';
import { routeSettings } from './route.ts';
import { staticSettings } from './static.ts';
import { upstreamSettings } from './upstream.ts';

/** One section of the file. */
export interface Section {
  /** Its first key in the file. */
  readonly name: string;
  /** How its header is written. */
  readonly header: string;
  /** `table`: once. `list`: any number, in order. `named`: any number, each with a name. */
  readonly shape: 'table' | 'list' | 'named';
  readonly settings: readonly Setting<unknown>[];
  readonly prose: string;
}

/** Every section, in the order of the reference page. */
export const sections: readonly Section[] = [
  {
    name: 'app',
    header: '[app]',
    shape: 'table',
    settings: listOf(appSettings),
    prose: 'The Python application.',
  },
  {
    name: 'listen',
    header: '[[listen]]',
    shape: 'list',
    settings: listOf(listenSettings),
    prose:
      'A socket to accept requests on; repeat it for several. Without any the gateway speaks HTTP on 127.0.0.1:8000. Listeners named on the command line take the place of those of the environment, and those the place of the ones in the file; flags such as `--mount` apply to every listener.',
  },
  {
    name: 'pool',
    header: '[pool.NAME]',
    shape: 'named',
    settings: listOf(poolSettings),
    prose:
      'Worker processes and the queue in front of them. The pool `default` is always there, and flags and environment variables set its values; other pools serve the routes that name them, and may run an application of their own.',
  },
  {
    name: 'upstream',
    header: '[upstream.NAME]',
    shape: 'named',
    settings: listOf(upstreamSettings),
    prose:
      'Servers that answer requests by a protocol of their own, such as php-fpm by FastCGI or Tomcat by AJP. Routes name them; a route can also lead to a single server without a section for it.',
  },
  {
    name: 'route',
    header: '[[route]]',
    shape: 'list',
    settings: listOf(routeSettings),
    prose:
      'Sends some requests to a pool of their own, so that slow ones never wait beside quick ones, or to an upstream.',
  },
  {
    name: 'static',
    header: '[[static]]',
    shape: 'list',
    settings: listOf(staticSettings),
    prose:
      'Answers some requests with the files of a directory, without the application: GET and HEAD, ranges, conditional requests. Nothing whose path has a part that begins with a dot is sent, and nothing outside of the directory, links or not.',
  },
  {
    name: 'body',
    header: '[body]',
    shape: 'table',
    settings: listOf(bodySettings),
    prose: 'Request bodies. They are complete before a worker is taken, unless a route asks for streaming.',
  },
  {
    name: 'reply',
    header: '[reply]',
    shape: 'table',
    settings: listOf(replySettings),
    prose: 'Replies on their way to the client. A slow client never holds a thread of the application.',
  },
  {
    name: 'limits',
    header: '[limits]',
    shape: 'table',
    settings: listOf(limitsSettings),
    prose: 'What one peer may ask for. Requests over a limit are refused and cost nobody else anything.',
  },
  {
    name: 'log',
    header: '[log]',
    shape: 'table',
    settings: listOf(logSettings),
    prose: 'What the gateway says about itself, on standard error.',
  },
  {
    name: 'control',
    header: '[control]',
    shape: 'table',
    settings: listOf(controlSettings),
    prose: 'How a running gateway is found and told what to do.',
  },
];

/** A setting that a flag or an environment variable can give. */
export interface NamedSetting {
  readonly flag: string;
  /** Null where there is none. */
  readonly variable: string | null;
  readonly section: Section;
  readonly setting: Setting<unknown>;
}

/** Every setting with a flag, in table order. */
export const namedSettings: readonly NamedSetting[] = sections.flatMap((section) =>
  section.settings.flatMap((setting) => {
    const { flag } = setting;
    if (flag === null) return [];
    return [{ flag, variable: setting.only === 'flag' ? null : variableName(flag), section, setting }];
  }),
);

export { appSettings, bodySettings, controlSettings, limitsSettings, listenProtocols, listenSettings };
export { logSettings, poolSettings, replySettings, routeSettings, staticSettings, upstreamSettings };

function listOf<T extends object>(settings: T): readonly Setting<unknown>[] {
  return Object.values(settings);
}
