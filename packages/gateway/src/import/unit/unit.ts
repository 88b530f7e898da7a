// NGINX Unit: its configuration in JSON.
import { Draft } from '../draft.ts';
import { addListener, isReachable, tcpAddress, unixSocket } from '../listeners.ts';
import type { Option } from '../option.ts';
import { ImportError, type Source, type SourceFile } from '../source.ts';
import { dropLoneGroup } from '../user.ts';
import { UnitFacts, type ListenerContext } from './facts.ts';
import { readJson, type JsonPlace } from './json.ts';
import { anything } from './match.ts';
import { covers, overtakes } from './order.ts';
import { isAnything, rulesOf, type Rule } from './routes.ts';
import { applicationRows } from './table-application.ts';
import { listenerRows, settingRows, stepRows, upstreamRows } from './table-web.ts';

/** NGINX Unit. */
export const unit: Source = {
  key: 'unit',
  name: 'NGINX Unit',
  files: /\.json(:[^/]*)?$/,
  prose:
    'The configuration, as `curl --unix-socket /var/run/control.unit.sock http://localhost/config` prints it; what is there besides `config` is not looked at. Messages name options by their JSON pointers. A gateway has one set of routes: where listeners lead to different ones, the first is taken, and `unit.json:PORT` takes another.',
  groups: [
    { title: 'Listeners', rows: listenerRows },
    { title: 'Steps of routes', rows: stepRows },
    { title: 'Applications and targets', rows: applicationRows },
    { title: 'Upstreams', rows: upstreamRows },
    { title: 'Settings and access log', rows: settingRows },
  ],
  read: (file) => Promise.resolve(readUnit(file)),
};

function readUnit(file: SourceFile): Draft {
  const whole = readJson(file);
  const root = whole.member('listeners') === undefined ? (whole.member('config') ?? whole) : whole;
  const draft = new Draft();
  const facts = new UnitFacts(draft, root);
  const pass = readListeners(facts, file);
  for (const [name, place] of root.members) {
    if (name === 'settings') draft.carry(place.options(settingRows), settingRows, facts);
    if (name === 'access_log') {
      const options = place.isObject ? place.options(settingRows, 'access_log.') : [place.option(name)];
      draft.carry(options, settingRows, facts);
    }
  }
  addRules(rulesOf(pass, anything, facts), facts);
  for (const [name, place] of root.member('applications')?.members ?? []) {
    if (![...facts.destinations.keys()].some((each) => each.split('/')[1] === encodeURIComponent(name)))
      draft.note(place.option('application'), 'needless', 'nothing that was carried over leads to it');
  }
  dropLoneGroup(draft);
  if (!facts.isBodyLimited) {
    draft.at('body').set('max', '8MiB');
    draft.at('body').remark('max', 'As in Unit unless max_body_size says otherwise.');
  }
  if (draft.lists.route.length + draft.lists.static.length === 0)
    draft.missTarget('no application in Python is served');
  return draft;
}

/** Adds the listeners that lead to the same place, and says where that is. */
function readListeners({ draft, root }: UnitFacts, { name: file, section }: SourceFile): Option {
  const all = [...(root.member('listeners')?.members ?? [])];
  const asked = all.filter(([name]) => section === null || name === section || name.endsWith(`:${section}`));
  const first = asked[0]?.[1].members;
  const pass = (first?.get('pass') ?? first?.get('application'))?.option('pass');
  if (pass === undefined) {
    const names = all.map(([name]) => name).join(', ') || 'none';
    throw new ImportError(
      `${file}: there is no listener${section === null ? '' : ` ${section}`} that leads anywhere: it has ${names}`,
    );
  }
  for (const [name, place] of all) {
    const own = place.member('pass') ?? place.member('application');
    if (own?.value === pass.value && asked.some(([each]) => each === name)) readListener(draft, name, place);
    else if (section === null)
      draft.note(
        place.option('listener'),
        'lost',
        `it leads elsewhere; import ${file}:${name.split(':').at(-1) ?? ''} for a gateway of its own`,
      );
  }
  const isOld = first?.has('pass') === false;
  return isOld ? { ...pass, value: `applications/${pass.value as string}` } : pass;
}

function readListener(draft: Draft, name: string, place: JsonPlace): void {
  const option = place.option('listener');
  draft.attempt(option, () => {
    const address = name.startsWith('unix:')
      ? unixSocket(name.slice('unix:'.length))
      : (tcpAddress(name) ?? name);
    const listen = addListener(draft, 'http', address, option);
    const context: ListenerContext = { draft, listen, forwarded: [] };
    const options = place.options(listenerRows).filter((each) => each.name !== 'pass');
    draft.carry(options, listenerRows, context);
    composeForwarding(context);
  });
}

function composeForwarding({ draft, listen, forwarded }: ListenerContext): void {
  if (listen.get('trusted') !== undefined) {
    const headers = forwarded.map(({ value }) => (value as string).toLowerCase());
    if (headers.length > 0) listen.set('forwarded', headers, ...forwarded);
    return;
  }
  for (const option of forwarded) draft.note(option, 'lost', 'it goes with source, which names nobody');
  if (isReachable(listen))
    listen.remarks.push(
      'Unit passes headers such as X-Forwarded-Proto on from everybody; here they are removed unless trusted names the web server that sets them.',
    );
}

function addRules(rules: readonly Rule[], facts: UnitFacts): void {
  const { draft } = facts;
  const taken: Rule[] = [];
  for (const rule of rules) {
    if (taken.some(({ condition }) => covers(condition, rule.condition))) {
      draft.note(rule.option, 'needless', 'an earlier step takes all of these requests');
      continue;
    }
    if (rule.action === null) {
      taken.push(rule);
      continue;
    }
    const earlier = taken.find(
      ({ action, condition }) => action !== null && overtakes(rule.condition, condition),
    );
    if (earlier !== undefined)
      draft.note(
        rule.option,
        'differs',
        `it also takes what line ${earlier.option.line} takes in Unit, because it is the more special route`,
      );
    taken.push(rule);
    addRule(rule, rule.action, facts);
  }
}

function addRule(
  { condition, option }: Rule,
  action: NonNullable<Rule['action']>,
  { draft, mounts }: UnitFacts,
): void {
  const { hosts, path, methods } = condition;
  if ('directory' in action) {
    const table = draft.add('static');
    table.set('path', path, option);
    table.set('directory', action.directory, option);
    table.set('index', action.index, option);
    return;
  }
  const addRoute = (from: string): ReturnType<Draft['add']> => {
    const route = draft.add('route');
    if (hosts !== null) route.set('host', hosts, option);
    route.set('path', from, option);
    if (methods !== null) route.set('methods', methods, option);
    route.set('to', action.to, option);
    return route;
  };
  const mount = mounts.get(action.to);
  const isWhole = isAnything(condition) && action.to === 'pool:default';
  const isBelow = mount !== undefined && `${path}/`.startsWith(`${mount.path}/`);
  if (!isWhole) {
    const route = addRoute(path);
    if (isBelow) route.set('mount', mount.path, mount.option);
  }
  if (mount !== undefined && !isBelow && mount.path.startsWith(path))
    addRoute(mount.path).set('mount', mount.path, mount.option);
}
