// Where and with what a run was made.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import { PYTHON } from '../stage/requirements.mjs';

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memoryBytes
 * @property {string} kernel
 * @property {string} system
 *
 * @typedef {object} Run
 * @property {string} date ISO 8601; names the run.
 * @property {string} commit Of this repository; ends in `-dirty` when files had been changed.
 * @property {Machine} machine
 * @property {Record<string, string>} versions
 * @property {import('../sizes.mjs').Pace} [pace]
 */

/** Describes the run that begins now. @param {Record<string, string>} versions @param {Run['pace']} pace @returns {Run} */
export function describeRun(versions, pace) {
  return {
    date: new Date().toISOString(),
    commit: firstLine('git', ['describe', '--always', '--dirty']),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      kernel: `Linux ${release()} ${arch()}`,
      system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown',
    },
    versions: {
      Node: process.versions.node,
      Python: firstLine(PYTHON, ['-V']).replace('Python ', ''),
      ...versions,
    },
    ...(pace && { pace }),
  };
}

function firstLine(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout?.split('\n')[0] ?? 'unknown';
}
