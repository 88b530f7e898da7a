// Scripts and process groups as applications, pools and routes.
import type { Draft, DraftTable } from '../draft.ts';
import { freeName } from '../names.ts';
import { Left, type TextOption } from '../option.ts';
import type { Directive } from './apache.ts';
import { hostOf, isNamed, wordAt, type Place } from './scope.ts';
import { aliasRows, directiveRows } from './table-directives.ts';
import { daemonRows } from './table-daemon.ts';

/** A script at a URL. */
interface Mounted {
  readonly place: Place;
  readonly option: TextOption;
  /** The script, its callable and its process group: what has processes of its own. */
  readonly key: string;
  readonly target: string;
  /** Null: the processes of Apache. */
  readonly group: string | null;
  readonly hosts: readonly string[] | null;
}

/** Makes options of directives and their words. */
export type MakeOption = (name: string, value: string, line: number, place?: string) => TextOption;

/** Carries the applications over, and says where they ended up. */
export function composeApplications(
  directives: readonly Directive[],
  draft: Draft,
  make: MakeOption,
): { readonly apps: readonly DraftTable[]; readonly isEmbedded: boolean } {
  const mounted = scriptsOf(directives, draft, make);
  const keys = [...new Set(mounted.map(({ key }) => key))];
  const daemons = new Map(
    directives
      .filter((each) => isNamed(each, 'WSGIDaemonProcess'))
      .map((each) => [each.words[0]?.text ?? '', each]),
  );
  const apps: DraftTable[] = [];
  const destinations = new Map<string, string>();
  for (const key of keys) {
    const first = mounted.find((each) => each.key === key);
    if (first === undefined) continue;
    const label =
      keys.length === 1 ? 'default' : freeName('pool', first.group ?? first.place.url, draft.tables);
    const pool = draft.at(`pool.${label}`);
    const app = keys.length === 1 ? draft.at('app') : pool;
    app.set('target', first.target, first.option);
    composeGroup(first, daemons, { draft, app, pool }, make);
    apps.push(app);
    destinations.set(key, `pool:${label}`);
  }
  for (const [name, directive] of daemons) {
    if (!mounted.some(({ group }) => group === name))
      draft.note(
        make('WSGIDaemonProcess', name, directive.line),
        'needless',
        'no WSGIScriptAlias leads to it',
      );
  }
  composeRoutes(mounted, destinations, draft);
  if (keys.length === 0) draft.missTarget('no WSGIScriptAlias names an application');
  return { apps, isEmbedded: mounted.some(({ group }) => group === null) };
}

function scriptsOf(directives: readonly Directive[], draft: Draft, make: MakeOption): readonly Mounted[] {
  return directives.flatMap((directive): readonly Mounted[] => {
    if (!isNamed(directive, 'WSGIScriptAlias')) return [];
    const [url, script, ...rest] = directive.words;
    const option = make('WSGIScriptAlias', url?.text ?? '', directive.line);
    const found: Mounted[] = [];
    draft.attempt(option, () => {
      if (url === undefined || script === undefined) throw new Left('lost', 'it names no path and no script');
      if (script.text.endsWith('/'))
        throw new Left('lost', 'it is a directory of scripts; name each of them in a [[route]]');
      const words = new Map(rest.map(({ text, line }) => [text.split('=')[0] ?? '', { text, line }]));
      for (const [name, { text, line }] of words) {
        const value = text.slice(name.length + 1);
        draft.carry([make(name, value, line, `WSGIScriptAlias ${name}`)], aliasRows as never, null as never);
      }
      const given = (name: string): string | null => words.get(name)?.text.slice(name.length + 1) ?? null;
      const place: Place = { url: url.text, script: script.text, directive };
      const group = given('process-group') ?? wordAt(directives, 'WSGIProcessGroup', place);
      if (group?.startsWith('%{ENV:') === true)
        throw new Left('lost', 'its process group depends on the request');
      const callable =
        given('callable-object') ?? wordAt(directives, 'WSGICallableObject', place) ?? 'application';
      const target = `${script.text}:${callable}`;
      const named = group === '%{GLOBAL}' ? null : group;
      found.push({
        place,
        option,
        key: `${target} ${named ?? ''}`,
        target,
        group: named,
        hosts: hostsOf(directive, directives),
      });
    });
    return found;
  });
}

/** The names of the virtual host a directive stands in; null for every name. */
function hostsOf(directive: Directive, directives: readonly Directive[]): readonly string[] | null {
  const host = hostOf(directive);
  if (host === null) return null;
  const names = directives
    .filter((each) => hostOf(each) === host && (isNamed(each, 'ServerName') || isNamed(each, 'ServerAlias')))
    .flatMap(({ words }) => words.map(({ text }) => hostName(text)));
  return names.length === 0 ? null : [...new Set(names)].toSorted();
}

/** A `ServerName` without its scheme and port. */
export function hostName(text: string): string {
  return text.replace(/^https?:\/\//, '').replace(/:\d+$/, '');
}

function composeGroup(
  { group }: Mounted,
  daemons: ReadonlyMap<string, Directive>,
  context: { readonly draft: Draft; readonly app: DraftTable; readonly pool: DraftTable },
  make: MakeOption,
): void {
  const { draft, pool } = context;
  const directive = group === null ? undefined : daemons.get(group);
  if (directive === undefined) {
    pool.remarks.push(
      group === null
        ? "It ran in Apache's own processes; the number of processes is one per core, and threads is 1."
        : `The process group ${group} is not in this file; its processes and threads are to be set here.`,
    );
    return;
  }
  const options = directive.words.slice(1).map(({ text, line }) => {
    const [name = ''] = text.split('=');
    return make(name, text.slice(name.length + 1), line, `WSGIDaemonProcess ${name}`);
  });
  draft.carry(options, daemonRows, context);
  if (pool.get('processes') === undefined) pool.set('processes', 1);
  if (pool.get('threads') === undefined) {
    pool.set('threads', 15);
    pool.remark(
      'threads',
      'As in mod_wsgi unless threads says otherwise. Fewer are enough: clients do not hold them.',
    );
  }
  if (pool.get('request_timeout') === undefined)
    pool.remarks.push(
      'mod_wsgi lets requests run for ever unless request-timeout is set; request_timeout is 60s by default.',
    );
}

function composeRoutes(
  mounted: readonly Mounted[],
  destinations: ReadonlyMap<string, string>,
  draft: Draft,
): void {
  const names = new Set(mounted.map(({ hosts }) => hosts?.join(' ') ?? ''));
  const [only] = mounted;
  const isOnly = mounted.every(({ key, place }) => key === only?.key && place.url === only.place.url);
  if (only !== undefined && isOnly) {
    const mount = mountOf(only.place.url);
    for (const listen of mount === '' ? [] : draft.lists.listen) listen.set('mount', mount, only.option);
    return;
  }
  const seen = new Set<string>();
  for (const { place, option, key, hosts } of mounted) {
    const mount = mountOf(place.url);
    const asked = names.size > 1 ? hosts : null;
    const rule = `${asked?.join(' ') ?? ''} ${mount}`;
    if (seen.has(rule)) continue;
    seen.add(rule);
    const route = draft.add('route');
    if (asked !== null) route.set('host', asked, option);
    route.set('path', mount === '' ? '/' : mount, option);
    route.set('to', destinations.get(key) ?? '', option);
    if (mount !== '') route.set('mount', mount, option);
  }
}

function mountOf(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Whether what is said of a directive is said elsewhere. */
export function isComposed({ name }: Directive): boolean {
  return ['wsgiscriptalias', 'wsgidaemonprocess', 'wsgiprocessgroup', 'wsgicallableobject', 'alias'].includes(
    name.toLowerCase(),
  );
}

/** The row's name of a directive, whatever the case of its letters; undefined if mod_wsgi has none such. */
export function canonicalName({ name }: Directive): string | undefined {
  const lower = name.toLowerCase();
  const known = directiveRows.flatMap(({ names }) => names);
  return (
    known.find((each) => each.toLowerCase() === lower) ??
    known
      .filter((each) => each.endsWith('*'))
      .find((each) => lower.startsWith(each.slice(0, -1).toLowerCase())) ??
    (lower.startsWith('wsgi') ? name : undefined)
  );
}
