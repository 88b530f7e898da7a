// Turns what several settings of gunicorn say together, and what it does by itself, into settings of Sluice.
import type { DraftTable } from '../draft.ts';
import { addListener, isTcp, isUnix, tcpAddress, unixSocket } from '../listeners.ts';
import { Left, type Option } from '../option.ts';
import { dropLoneGroup } from '../user.ts';
import type { GunicornFacts } from './facts.ts';

/** Settings for everything that is left in the facts. */
export function composeGunicorn(facts: GunicornFacts): void {
  composePool(facts);
  composeListeners(facts);
  dropLoneGroup(facts.draft);
  facts.draft.missTarget('no application is named (wsgi_app)');
}

// What gunicorn does when nothing is said.
function composePool({ draft, hasWorkers, hasTimeout }: GunicornFacts): void {
  const pool = draft.at('pool.default');
  if (!hasWorkers) {
    pool.set('processes', 1);
    pool.remark('processes', 'gunicorn starts one process unless told otherwise.');
  }
  if (!hasTimeout) {
    pool.set('request_timeout', '30s');
    pool.remark('request_timeout', 'timeout is 30 unless the file says otherwise.');
  }
}

function composeListeners(facts: GunicornFacts): void {
  const { draft, binds, proxyProtocol, protocol } = facts;
  const spoken = protocol?.value ?? 'http';
  for (const text of binds?.value ?? []) {
    const { option } = binds ?? {};
    if (option !== undefined)
      draft.attempt(option, () => void addListener(draft, spoken, addressOf(text), option));
  }
  if (draft.lists.listen.length === 0) {
    const listen = addListener(draft, spoken, '127.0.0.1:8000', null);
    listen.remark('address', 'gunicorn listens here unless bind says otherwise.');
  }
  for (const listen of draft.lists.listen) {
    if (facts.backlog !== null) listen.set('backlog', facts.backlog.value, facts.backlog.option);
    if (isUnix(listen)) composeMode(listen, facts);
    if (proxyProtocol !== null) {
      listen.set('proxy_protocol', true, proxyProtocol);
      composeAllow(listen, facts, 'proxy');
    }
    if (spoken === 'uwsgi') composeAllow(listen, facts, 'uwsgi');
    else {
      composeTrusted(listen, facts);
      composeTls(listen, facts);
    }
  }
  if (facts.peers.uwsgi !== null && spoken !== 'uwsgi')
    draft.note(facts.peers.uwsgi.option, 'needless', 'uwsgi is not spoken');
  if (facts.peers.proxy !== null && proxyProtocol === null)
    draft.note(facts.peers.proxy.option, 'needless', 'proxy_protocol is off');
  if (facts.key !== null && facts.certificate === null)
    draft.note(facts.key.option, 'lost', 'it goes with certfile, which is not set');
}

/** The address of `bind`: `HOST`, `HOST:PORT`, `unix:PATH` or `fd://N`, where the port is 8000 if it is missing. */
function addressOf(bind: string): string {
  const path = /^unix:(?:\/\/)?(.*)$/.exec(bind)?.[1];
  if (path !== undefined) return unixSocket(path);
  const descriptor = /^fd:\/\/(\d+)$/.exec(bind)?.[1];
  if (descriptor !== undefined) return `fd:${descriptor}`;
  const place = bind.replace(/^tcp:\/\//, '');
  const [host, port] =
    /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(place)?.slice(1) ?? ([] as readonly (string | undefined)[]);
  if (host === undefined) throw new Left('lost', `${JSON.stringify(bind)} is no address`);
  return tcpAddress(`${host}:${port ?? '8000'}`) ?? bind;
}

// gunicorn makes the socket under its umask, which lets everybody in by itself.
function composeMode(listen: DraftTable, { umask }: GunicornFacts): void {
  const mode = 0o666 & ~(umask?.value ?? 0);
  listen.set('mode', `0${mode.toString(8).padStart(3, '0')}`);
  listen.remark(
    'mode',
    'As gunicorn makes it under its umask. With group = "www-data", or whatever the web server runs as, 0660 is enough.',
  );
}

function composeAllow(listen: DraftTable, { peers }: GunicornFacts, kind: 'proxy' | 'uwsgi'): void {
  if (!isTcp(listen)) return;
  const given = peers[kind];
  if (given !== null) listen.set('allow', networksOf(given.value), given.option);
  else if (kind === 'proxy') listen.set('allow', ['127.0.0.1', '::1']);
}

function composeTrusted(listen: DraftTable, { draft, peers }: GunicornFacts): void {
  const given = peers.forwarded;
  const tcp = given === null ? ['127.0.0.1', '::1'] : networksOf(given.value);
  const options: readonly Option[] = given === null ? [] : [given.option];
  const trusted = isUnix(listen) ? ['unix'] : isTcp(listen) ? tcp : [...tcp, 'unix'];
  if (trusted.length === 0) return;
  listen.set('trusted', trusted, ...options);
  if (listen !== draft.lists.listen[0]) return;
  listen.remark(
    'trusted',
    'As forwarded_allow_ips. X-Forwarded-For and X-Forwarded-Proto of these are believed, and set REMOTE_ADDR too; a web server here has to set both. All other headers of that kind are removed, unless forwarded names them.',
  );
}

function composeTls(listen: DraftTable, { certificate, key }: GunicornFacts): void {
  if (certificate === null) return;
  listen.set('tls.certificate', certificate.value, certificate.option);
  if (key !== null) listen.set('tls.key', key.value, key.option);
}

function networksOf(peers: readonly string[]): readonly string[] {
  return peers.flatMap((peer) => (peer === '*' ? ['0.0.0.0/0', '::/0'] : [peer]));
}
