// From options to groups: what will be compared with what, and what is missing.
import { allPaths } from './peers/paths.mjs';
import { allPeers } from './peers/all.mjs';
import { allWorkloads } from './workloads/all.mjs';

const DEFAULT_CONNECTIONS = [32];
const WITHOUT_GOALS = new Set([
  'sluice-unkept',
  'sluice-scgi',
  'sluice-uwsgi',
  'sluice-http',
  'php',
  'tomcat',
  'waitress',
]);

/**
 * @typedef {object} Plan
 * @property {import('./run/group.mjs').Group[]} groups
 * @property {{label: string, path: string, lacks: import('./stage/requirements.mjs').Requirement}[]} skipped
 * @property {Record<string, string>} versions Of everything that takes part.
 */

/** @param {import('./options.mjs').Options} options @returns {Plan} */
export function makePlan(options) {
  const shapes = shapesOf(options);
  const wanted = wantedPeers(options);
  const versions = readVersions(wanted);
  const lackOf = (peer) => peer.needs.find(({ name }) => versions[name] === undefined);
  const skipped = wanted.flatMap((peer) => {
    const lacks = lackOf(peer);
    return lacks ? [{ label: peer.label, path: peer.path, lacks }] : [];
  });
  const present = wanted.filter((peer) => lackOf(peer) === undefined);
  const groups = shapes
    .map((shape) => ({
      ...shape,
      peers: present.filter((peer) => takesPart(peer, shape) && isCompared(peer, shape, options)),
    }))
    .filter(({ peers }) => peers.length > 0);
  return { groups, skipped, versions: defined(versions) };
}

/** The peers that the options name, on the paths that they name. @param {import('./options.mjs').Options} options */
export function wantedPeers(options) {
  const paths = pathsOf(options);
  return allPeers.filter(({ name, path }) => {
    const known = paths.find((each) => each.name === path);
    if (known === undefined) return false;
    return options.peers === undefined || options.peers.includes(name) || known.baseline === name;
  });
}

function pathsOf({ paths, workloads, pace }) {
  const hasShare = ({ goals }) => pace.size !== 'quick' || workloads !== undefined || goals.length > 0;
  return allPaths.filter((path) => paths?.includes(path.name) ?? hasShare(path));
}

function readVersions(peers) {
  const requirements = new Set(peers.flatMap(({ needs }) => needs));
  return Object.fromEntries(
    [...requirements].map((requirement) => [requirement.name, requirement.version()]),
  );
}

function defined(versions) {
  return Object.fromEntries(Object.entries(versions).filter(([, version]) => version !== undefined));
}

function shapesOf(options) {
  const { connections } = options;
  const shapes = [];
  for (const path of pathsOf(options)) {
    for (const workload of workloadsOf(path, options)) {
      for (const processCount of processCountsOf(path, workload, options)) {
        for (const connectionCount of connections ?? workload.connections ?? DEFAULT_CONNECTIONS) {
          shapes.push({ path, workload, processes: processCount, connections: connectionCount });
        }
      }
    }
  }
  return shapes;
}

/** The numbers of processes that are asked for, or those of the size. */
function processCountsOf({ goals }, workload, { processes, pace }) {
  if (processes !== undefined) return processes;
  return pace.size === 'short' && goals.length === 0 ? [2] : workload.processes;
}

/** What is measured on a path: the workloads that are asked for, or those of the size. */
function workloadsOf(path, { workloads, pace }) {
  const namesOfSize = {
    quick: () => ['hello'],
    // Where no goal speaks of a path, it is still told what it costs.
    short: () => (path.goals.length === 0 ? ['hello'] : path.goals),
    full: () => path.workloads ?? allWorkloads.map(({ name }) => name),
  };
  const names = workloads ?? namesOfSize[pace.size]();
  return allWorkloads.filter(({ name }) => names.includes(name));
}

function takesPart(peer, shape) {
  return peer.path === shape.path.name && (peer.serves?.(shape) ?? true);
}

/** In a short run only hello is for everybody; of the rest the goals compare these. A quick one leaves out what has no goal. */
function isCompared({ name }, { path, workload }, { peers, pace }) {
  if (pace.size === 'full' || peers !== undefined) return true;
  if (pace.size === 'quick') return !WITHOUT_GOALS.has(name);
  if (workload.name === 'hello') return true;
  return ['sluice', path.baseline, 'floor'].includes(name);
}
