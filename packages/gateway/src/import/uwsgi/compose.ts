// Turns what several uWSGI options say together into settings.
import { freeName } from '../names.ts';
import { addStatic } from '../statics.ts';
import { dropLoneGroup } from '../user.ts';
import { addListener, isReachable, isUnix, tcpAddress, unixSocket } from '../listeners.ts';
import { Left } from '../option.ts';
import type { DraftTable } from '../draft.ts';
import type { Given, SocketFact, UwsgiFacts } from './facts.ts';

/** Settings for everything that is left in the facts. */
export function composeUwsgi(facts: UwsgiFacts): void {
  composeProcesses(facts);
  composePythonPath(facts);
  composeSockets(facts);
  composeStatics(facts);
  composeDefaults(facts);
  composeApplications(facts);
}

function composeProcesses({ draft, processes, cheaper }: UwsgiFacts): void {
  const pool = draft.at('pool.default');
  if (cheaper !== null && processes === null) {
    draft.note(cheaper.option, 'lost', 'it goes with processes, which is not set');
  } else if (cheaper !== null && processes !== null && cheaper.value < processes.value) {
    pool.set('processes', { min: cheaper.value, max: processes.value }, processes.option, cheaper.option);
    return;
  } else if (cheaper !== null) draft.note(cheaper.option, 'needless', 'it is not below processes');
  if (processes === null) {
    pool.set('processes', 1);
    pool.remark('processes', 'uWSGI starts one process unless told otherwise.');
  } else pool.set('processes', processes.value, processes.option);
}

function composePythonPath({ draft, pythonPaths }: UwsgiFacts): void {
  const [last] = pythonPaths.slice(-1);
  if (last === undefined) return;
  const path = pythonPaths.map(({ value }) => value).join(':');
  draft.attempt(last.option, () => draft.at('app').put('environment', 'PYTHONPATH', path, last.option));
}

function composeSockets(facts: UwsgiFacts): void {
  const { draft, sockets, mode, owner, group, backlog } = facts;
  for (const fact of sockets) draft.attempt(fact.option, () => addSocket(fact, facts));
  const { listen } = draft.lists;
  for (const table of listen) if (table.get('protocol') === 'http') composeTrusted(table);
  if (listen.length === 0) draft.miss('no socket is named; the gateway speaks HTTP on 127.0.0.1:8000');
  const settle = (given: Given<string | number> | null, key: string, tables: readonly DraftTable[]): void => {
    if (given === null) return;
    if (tables.length === 0) draft.note(given.option, 'needless', 'there is no socket it is for');
    for (const table of tables) table.set(key, given.value, given.option);
  };
  const files = listen.filter(isUnix);
  settle(mode, 'mode', files);
  settle(owner, 'owner', files);
  settle(group, 'group', files);
  settle(backlog, 'backlog', listen);
}

// uWSGI believes X-Forwarded-Proto of everybody.
function composeTrusted(listen: DraftTable): void {
  if (isReachable(listen)) {
    listen.remarks.push(
      'uWSGI believes X-Forwarded-Proto of everybody; here it is removed unless trusted names the web server that sets it.',
    );
    return;
  }
  listen.set('trusted', isUnix(listen) ? ['unix'] : ['127.0.0.1', '::1']);
  listen.remark(
    'trusted',
    'uWSGI believes X-Forwarded-Proto of everybody. Here X-Forwarded-For is believed too, and sets REMOTE_ADDR; a web server in front has to set both.',
  );
}

const protocols = ['http', 'fastcgi', 'scgi', 'uwsgi'] as const;

function addSocket({ option, protocol, address, certificate, key }: SocketFact, facts: UwsgiFacts): void {
  const said = facts.protocol?.value ?? 'uwsgi';
  const spoken = protocol ?? protocols.find((each) => each === said);
  if (spoken === undefined) throw new Left('lost', `there is no protocol ${said}`);
  const listen = addListener(facts.draft, spoken, addressOf(address), option);
  if (certificate === null || key === null) return;
  listen.set('tls.certificate', certificate, option);
  listen.set('tls.key', key, option);
}

function addressOf(text: string): string {
  if (text.startsWith('=')) throw new Left('lost', 'shared sockets are not possible; name the address');
  const descriptor = /^fd:\/\/(\d+)$/.exec(text)?.[1];
  return descriptor === undefined ? (tcpAddress(text) ?? unixSocket(text)) : `fd:${descriptor}`;
}

function composeStatics({ draft, statics, staticIndex }: UwsgiFacts): void {
  for (const { value, option } of statics) {
    draft.attempt(option, () => {
      const table = addStatic(draft, value.path, value.directory, option);
      if (staticIndex !== null) table.set('index', staticIndex.value, staticIndex.option);
    });
  }
  if (staticIndex !== null && statics.length === 0)
    draft.note(staticIndex.option, 'needless', 'there is no static-map');
}

// What uWSGI does when nothing is said.
function composeDefaults({ draft, isLogged, hasHarakiri }: UwsgiFacts): void {
  const pool = draft.at('pool.default');
  if (pool.get('preload') === undefined) {
    pool.remarks.push(
      'uWSGI loads the application once and forks; preload = true does so here. It is left out, because threads and connections that are opened on import do not survive a fork.',
    );
  }
  if (!hasHarakiri) {
    pool.remarks.push(
      'uWSGI lets requests run for ever unless harakiri is set; request_timeout is 60s by default.',
    );
  }
  if (isLogged) {
    draft.at('log').set('access', true);
    draft.at('log').remark('access', 'uWSGI logs every request unless disable-logging is set.');
  }
  dropLoneGroup(draft);
}

function composeApplications(facts: UwsgiFacts): void {
  const { draft, module, file, callable, mounts } = facts;
  const app = draft.at('app');
  const main = module ?? file;
  if (module !== null && file !== null) draft.note(file.option, 'needless', 'uWSGI serves module');
  const isOnly = main === null && mounts.length === 1;
  if (callable !== null && main === null && mounts.length === 0)
    draft.note(callable.option, 'lost', 'it says nothing without module or wsgi-file');
  if (main !== null) {
    const options = callable === null ? [main.option] : [main.option, callable.option];
    app.set('target', targetOf(main.value, main === file, callable), ...options);
  } else if (mounts.length === 0) draft.missTarget('no application is named (module, wsgi-file or mount)');
  for (const { value, option } of mounts) {
    const target = targetOf(value.app, isFile(value.app), callable);
    const mount = value.path.replace(/\/+$/, '');
    if (isOnly) {
      app.set('target', target, option);
      for (const listen of mount === '' ? [] : draft.lists.listen) listen.set('mount', mount, option);
      continue;
    }
    const name = freeName('pool', mount, draft.tables);
    const pool = draft.at(`pool.${name}`);
    pool.set('target', target, option);
    pool.copy(draft.at('pool.default'));
    const route = draft.add('route');
    route.set('path', mount === '' ? '/' : mount, option);
    if (mount !== '') route.set('mount', mount, option);
    route.set('to', `pool:${name}`);
  }
  // Nothing is left for it, and no request may reach a pool without an application.
  if (main === null && mounts.length > 1) draft.tables.delete('pool.default');
}

function isFile(app: string): boolean {
  return /\.(py|wsgi)$/.test(app) || app.includes('/');
}

// uWSGI looks for `application`.
function targetOf(value: string, isPath: boolean, callable: Given<string> | null): string {
  if (!isPath && value.includes(':')) return value;
  const place = isPath && !value.includes('/') ? `./${value}` : value;
  return `${place}:${callable?.value ?? 'application'}`;
}
