// The load generator: compiled once, run as a process of its own, and what it wrote, read.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCES = ['generator.c', 'exchange.c', 'answer.c'].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);
const RECORD_BYTES = 16;
const RETRIED = 0x80;
const OUTCOMES = ['answered', 'gave up', 'broken', 'unfinished', 'not sent'];

/**
 * One class of requests; times in milliseconds. With `rates` it is open: requests come at random times, on average so many
 * per second for so long, phase after phase. Otherwise it is held: `clients` that send their next request when the
 * last one has ended.
 * @typedef {object} LoadClass
 * @property {string} path
 * @property {readonly (readonly [perSecond: number, ms: number])[]} [rates]
 * @property {number} [clients]
 * @property {number} [from] When it begins. Default: at once.
 * @property {number} [until] Held: when clients begin no further request.
 * @property {number} [most] Held: how many requests all clients send.
 * @property {number} [pause] Held: how long a client waits that got an error. Default: not at all.
 * @property {number} [giveUp] Clients close the connection after so long. Default: never.
 * @property {number} [upload] Bytes; makes the request a POST.
 * @property {number} [pace] Bytes per second, both ways. Default: all they can.
 * @property {boolean} [isFar] Small segments and windows, as over a network.
 * @property {boolean} [varies] The first upload of each client is of random length.
 *
 * @typedef {'answered' | 'gave up' | 'broken' | 'unfinished' | 'not sent'} Outcome
 *
 * @typedef {object} Request
 * @property {number} classIndex
 * @property {number} plannedMs
 * @property {number} latencyMs From the planned time to the last byte, or to the client's leaving.
 * @property {number} status 0: none came.
 * @property {Outcome} outcome
 * @property {boolean} isRetried A kept connection had been closed; it was sent again on a new one.
 * @property {number} bodyBytes
 *
 * @typedef {object} Report
 * @property {Request[]} requests
 * @property {{cpuUs: number, sent: number, opened: number, lateMaxUs: number, lateMeanUs: number}} generator
 */

/** A compiled generator in a temporary directory. */
export class Generator {
  #directory = mkdtempSync(join(tmpdir(), 'sluice-load-'));

  constructor() {
    const args = ['-O2', '-Wall', '-Wextra', '-o', this.#path('generator'), ...SOURCES, '-lm'];
    const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
    if (status === 0) return;
    this.close();
    throw new Error(`gcc failed\n${stderr}`);
  }

  /**
   * Runs load against a URL.
   * @param {string} url @param {readonly LoadClass[]} classes @param {{seed: number, signal: AbortSignal}} options
   *   The seed decides when the requests of open classes come.
   * @returns {Promise<Report>}
   */
  async run(url, classes, { seed, signal }) {
    const { hostname, port } = new URL(url);
    const records = this.#path('records');
    const args = [hostname, port, `${seed}`, records, ...classes.map(classText)];
    const { stdout } = await promisify(execFile)(this.#path('generator'), args, { signal });
    return { requests: decode(readFileSync(records)), generator: JSON.parse(stdout) };
  }

  close() {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #path(name) {
    return join(this.#directory, name);
  }
}

function classText({ path, rates, clients, from, until, most, pause, giveUp, upload, pace, isFar, varies }) {
  const plan = rates?.map(([perSecond, ms]) => `${perSecond}:${ms}`).join('/');
  const keys = { path, rates: plan, clients, from, until, most, pause, give_up: giveUp, upload, pace };
  const flags = { far: isFar ? 1 : undefined, varies: varies ? 1 : undefined };
  return Object.entries({ ...keys, ...flags })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`)
    .join();
}

function decode(bytes) {
  const requests = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const outcome = bytes[at + 15];
    requests.push({
      plannedMs: bytes.readUInt32LE(at) / 1000,
      latencyMs: bytes.readUInt32LE(at + 4) / 1000,
      bodyBytes: bytes.readUInt32LE(at + 8),
      status: bytes.readUInt16LE(at + 12),
      classIndex: bytes[at + 14],
      outcome: OUTCOMES[outcome & ~RETRIED],
      isRetried: (outcome & RETRIED) !== 0,
    });
  }
  return requests;
}
