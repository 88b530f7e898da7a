// The load: one thread of wrk.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { program } from '../stage/requirements.mjs';

const SCRIPT = fileURLToPath(new URL('measure.lua', import.meta.url));

export const wrk = program({
  command: 'wrk',
  args: ['-v'],
  pattern: /wrk (\S+)/,
  debian: ['wrk'],
});

/**
 * @typedef {object} Load
 * @property {string} url
 * @property {import('../workloads/workload.mjs').Workload} workload
 * @property {number} connections
 * @property {number} seconds
 *
 * What wrk reports. Errors are counted by kind; `status` is the number of responses above 399.
 * @typedef {object} Report
 * @property {number} requests
 * @property {number} durationUs
 * @property {number} bytes
 * @property {number} p50Us
 * @property {number} p90Us
 * @property {number} p99Us
 * @property {number} p999Us
 * @property {number} maxUs
 * @property {Record<'connect' | 'read' | 'write' | 'timeout' | 'status', number>} errors
 */

/** Runs wrk. @param {Load} load @param {AbortSignal} signal @returns {Promise<Report>} */
export async function runWrk({ url, workload, connections, seconds }, signal) {
  const headers = (workload.headers ?? []).flatMap((header) => ['-H', header]);
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '60s',
    '-s',
    SCRIPT,
    ...headers,
    url,
  ];
  args.push('--', `${workload.requestBodyBytes ?? 0}`);
  const { stdout } = await promisify(execFile)('wrk', args, { signal });
  const json = /^JSON (.*)$/m.exec(stdout)?.[1];
  if (json === undefined) throw new Error(`wrk reported nothing\n${stdout}`);
  return JSON.parse(json);
}
