// What Sluice promises about speed, and whether the results keep it.
import { allWorkloads } from '../workloads/all.mjs';
import { hundredths, megabytes, spreadText } from './markdown.mjs';
import { ratioOver, spreadOf, spreadOver } from './statistics.mjs';

/**
 * @typedef {object} Verdict
 * @property {string} goal
 * @property {string} wanted
 * @property {string} measured
 * @property {boolean | undefined} isMet Undefined: not measured.
 *
 * @typedef {(results: import('./store.mjs').Results) => Verdict} Goal
 */

const CONNECTIONS = 32;
const MEMORY_MAX_BYTES = 80e6;

const throughput = ({ requestsPerSecond }) => requestsPerSecond;
const p99 = ({ p99Us }) => p99Us;
const openP99 = ({ open }) => open?.p99Ms ?? undefined;

/** @type {readonly Goal[]} */
const goals = [
  ...[1, 2].flatMap((processes) => {
    const behindNginx = { path: 'nginx', workload: 'hello', processes };
    return [
      atLeast(1.4, behindNginx, ['uwsgi-fastcgi'], 'uWSGI by fastcgi_pass'),
      slowestNoSlower(behindNginx, 'uwsgi-fastcgi', 'uWSGI by fastcgi_pass', p99),
      slowestNoSlower(behindNginx, 'uwsgi-fastcgi', 'uWSGI by fastcgi_pass, at 2,000 requests/s', openP99),
      atLeast(
        1.2,
        behindNginx,
        ['uwsgi-uwsgi', 'uwsgi-http'],
        'the best of uWSGI by uwsgi_pass and proxy_pass',
      ),
      atLeast(
        2.5,
        behindNginx,
        ['gunicorn-sync', 'gunicorn-gthread'],
        'the best of gunicorn sync and gthread',
      ),
      atLeast(0.65, behindNginx, ['floor'], 'the floor'),
      fewBytes(behindNginx),
    ];
  }),
  atLeast(10, { path: 'nginx', workload: 'hello', processes: 1 }, ['flup'], 'flup'),
  ...[1, 2].flatMap((processes) => {
    const direct = { path: 'direct', workload: 'hello', processes };
    return [
      atLeast(4, direct, ['gunicorn-sync'], 'gunicorn sync'),
      atLeast(1.6, direct, ['uwsgi-http'], "uWSGI's http router"),
    ];
  }),
  ...[1, 2].flatMap((processes) => {
    const behindApache = { path: 'apache', workload: 'hello', processes };
    return [
      atLeast(1.3, behindApache, ['mod_wsgi'], 'mod_wsgi in daemon mode, by AJP', 'sluice-ajp'),
      atLeast(1, behindApache, ['uwsgi-uwsgi'], 'uWSGI by mod_proxy_uwsgi, by AJP', 'sluice-ajp'),
      atLeast(1.1, behindApache, ['mod_wsgi'], 'mod_wsgi in daemon mode, by FastCGI', 'sluice-fastcgi'),
    ];
  }),
  atLeast(
    1.2,
    { path: 'nginx', workload: 'stream', processes: 2 },
    ['uwsgi-fastcgi'],
    'uWSGI by fastcgi_pass',
  ),
  atLeast(
    1,
    { path: 'nginx', workload: 'download', processes: 2 },
    ['uwsgi-fastcgi'],
    'uWSGI by fastcgi_pass',
  ),
  atLeast(1, { path: 'nginx', workload: 'echo', processes: 2 }, ['uwsgi-fastcgi'], 'uWSGI by fastcgi_pass'),
  // Two transfers at a time, as many as there are processes.
  ...['huge', 'flood'].map((workload) =>
    atLeast(0.9, { path: 'nginx', workload, processes: 2 }, ['floor'], 'the floor'),
  ),
  codec(20, 'parsed'),
  codec(10, 'built'),
];

/** Goals that nothing here measures, so that the page does not pass them over, and why. */
export const UNMEASURED = [
  'direct HTTP level with NGINX Unit: it is archived, and neither Debian 12 nor PyPI has a package of it',
];

/** Judges every goal. @param {import('./store.mjs').Results} results */
export function judge(results) {
  return goals.map((goal) => goal(results));
}

/** Requests per second against each of `peers`; the strongest of them counts. @returns {Goal} */
function atLeast(factor, where, peers, against, ours = 'sluice') {
  return (results) => {
    const ratios = peers.flatMap((name) => ratioTo(results, where, name, throughput, ours) ?? []);
    const isComplete = ratios.length === peers.length;
    const least = ratios.sort((a, b) => a.median - b.median)[0];
    return {
      goal: `requests/s against ${against} (${nameOf(where)})`,
      wanted: `≥ ${factor}`,
      measured: isComplete ? spreadText(least, hundredths) : '–',
      isMet: isComplete ? least.median >= factor : undefined,
    };
  };
}

/** @returns {Goal} */
function slowestNoSlower(where, peer, against, pick) {
  return (results) => {
    const ratio = ratioTo(results, where, peer, pick);
    return {
      goal: `99th percentile against ${against} (${nameOf(where)})`,
      wanted: '≤ 1',
      measured: spreadText(ratio, hundredths),
      isMet: ratio && ratio.median <= 1,
    };
  };
}

/** @returns {Goal} */
function fewBytes(where) {
  return (results) => {
    const ours = peerOf(results, where, 'sluice');
    const memory = ours && spreadOver(ours, ({ pssBytes }) => pssBytes.gateway);
    return {
      goal: `memory of the gateway, MB (${nameOf(where)})`,
      wanted: `< ${megabytes(MEMORY_MAX_BYTES)}`,
      measured: spreadText(memory, megabytes),
      isMet: memory && memory.max < MEMORY_MAX_BYTES,
    };
  };
}

/** Every case of the microbenchmarks with this verb has to reach the factor. @returns {Goal} */
function codec(factor, verb) {
  return ({ micro }) => {
    const cases = micro?.cases.filter((each) => each.verb === verb && each.ratios.length > 0) ?? [];
    const medians = cases.flatMap(({ ratios }) => spreadOf(ratios)?.median ?? []);
    const least = Math.min(...medians);
    return {
      goal: `records ${verb} per second against fastcgi-stream, worst case`,
      wanted: `≥ ${factor}`,
      measured: medians.length > 0 ? hundredths(least) : '–',
      isMet: medians.length > 0 ? least >= factor : undefined,
    };
  };
}

function ratioTo(results, where, name, pick, ours = 'sluice') {
  const us = peerOf(results, where, ours);
  const them = peerOf(results, where, name);
  return us && them && ratioOver(us, them, pick);
}

function peerOf({ groups }, where, name) {
  const usual = allWorkloads.find(({ name }) => name === where.workload)?.connections?.[0] ?? CONNECTIONS;
  const isIt = ({ connections, ...group }) =>
    connections === usual && Object.entries(where).every(([key, value]) => group[key] === value);
  return groups.find(isIt)?.peers.find((peer) => peer.name === name);
}

function nameOf({ path, workload, processes }) {
  return `${path}, ${workload}, ${processes} ${processes === 1 ? 'process' : 'processes'}`;
}
