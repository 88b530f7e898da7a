// The loads of the axes: small requests as fast as they go, or transfers one after another.
import { runWrk } from '../run/wrk.mjs';
import { isServed } from '../gate/numbers.mjs';
import { hello } from '../workloads/hello.mjs';

/** Hello world over so many connections. */
export async function smallRequests(url, connections, { seconds, signal }) {
  const { requests, durationUs, errors } = await runWrk(
    { url, workload: hello, connections, seconds },
    signal,
  );
  return { requests, seconds: durationUs / 1e6, failed: failuresText(errors) };
}

/** `12 status errors, 1 read errors`; empty where there were none. */
function failuresText(errors) {
  return Object.entries(errors)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind} errors`)
    .join(', ');
}

const CLIENTS = 2;
const UNTIL_MS = 300_000;

/** So many transfers by two clients. @param {{path: string, upload?: number}} transfer */
export async function transfers(url, transfer, count, { generator, round, signal }) {
  const clients = Math.min(CLIENTS, count);
  const classes = [{ ...transfer, clients, most: count, until: UNTIL_MS, giveUp: UNTIL_MS }];
  const { requests } = await generator.run(url, classes, { seed: round, signal });
  const served = requests.filter(isServed).length;
  const lost = requests.length - served;
  const endMs = Math.max(...requests.map(({ plannedMs, latencyMs }) => plannedMs + latencyMs));
  return { requests: served, seconds: endMs / 1000, failed: lost > 0 ? `${lost} transfers` : '' };
}
