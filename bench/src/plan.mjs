// From options to groups: what will be compared with what, and what is missing.
import { allPaths } from './peers/paths.mjs';
import { allPeers } from './peers/all.mjs';
import { allWorkloads } from './workloads/all.mjs';

const DEFAULT_CONNECTIONS = [32];

/**
 * @typedef {object} Plan
 * @property {import('./run/group.mjs').Group[]} groups
 * @property {{label: string, path: string, lacks: import('./stage/requirements.mjs').Requirement}[]} skipped
 * @property {Record<string, string>} versions Of everything that takes part.
 */

/** @param {import('./options.mjs').Options} options @returns {Plan} */
export function makePlan(options) {
  const wanted = allPeers.filter((peer) => isWanted(peer, options));
  const versions = readVersions(wanted);
  const lackOf = (peer) => peer.needs.find(({ name }) => versions[name] === undefined);
  const skipped = wanted.flatMap((peer) => {
    const lacks = lackOf(peer);
    return lacks ? [{ label: peer.label, path: peer.path, lacks }] : [];
  });
  const present = wanted.filter((peer) => lackOf(peer) === undefined);
  const groups = shapes(options)
    .map((shape) => ({ ...shape, peers: present.filter((peer) => takesPart(peer, shape)) }))
    .filter(({ peers }) => peers.length > 0);
  return { groups, skipped, versions: defined(versions) };
}

function isWanted({ name, path }, { paths, peers }) {
  if (!paths.includes(path)) return false;
  return (
    peers === undefined ||
    peers.includes(name) ||
    allPaths.some((each) => each.name === path && each.baseline === name)
  );
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

function shapes({ paths, workloads, processes, connections }) {
  const shapes = [];
  for (const path of allPaths.filter(({ name }) => paths.includes(name))) {
    for (const workload of allWorkloads.filter(({ name }) => workloads.includes(name))) {
      for (const processCount of processes ?? workload.processes) {
        for (const connectionCount of connections ?? workload.connections ?? DEFAULT_CONNECTIONS) {
          shapes.push({ path, workload, processes: processCount, connections: connectionCount });
        }
      }
    }
  }
  return shapes;
}

function takesPart(peer, shape) {
  return peer.path === shape.path.name && (peer.serves?.(shape) ?? true);
}
