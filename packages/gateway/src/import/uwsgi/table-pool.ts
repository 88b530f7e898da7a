// uWSGI options about processes and their lives.
import { differs, lost, needless, same, type Row } from '../option.ts';
import { count, positiveOf, seconds, size } from '../values.ts';
import type { UwsgiFacts } from './facts.ts';

const pool = 'pool.default';

/** Processes. */
export const poolRows: readonly Row<UwsgiFacts>[] = [
  same(['processes', 'workers'], '`pool.default.processes`', (option, facts) => {
    facts.processes = { value: positiveOf(option), option };
  }),
  differs(
    'cheaper',
    '`pool.default.processes.min`',
    'processes are added while requests wait for a free thread',
    (option, facts) => {
      facts.cheaper = { value: positiveOf(option), option };
    },
  ),
  needless(
    ['cheaper-algo', 'cheaper-initial', 'cheaper-step', 'cheaper-overload', 'cheaper-busyness-*'],
    'the queue decides: one more process while requests wait',
  ),
  differs(
    'cheaper-idle',
    '`pool.default.shrink_after`',
    'it counts for each process over the minimum',
    seconds(pool, 'shrink_after'),
  ),
  differs(
    'cheaper-rss-limit-soft',
    '`pool.default.memory`',
    'no process is started that would go beyond it',
    size(pool, 'memory', 'B'),
  ),
  lost('cheaper-rss-limit-hard', 'see pool.default.memory and recycle.memory'),
  lost(['cheap', 'idle', 'die-on-idle'], 'at least one process stays'),
  same('threads', '`pool.default.threads`', count(pool, 'threads')),
  differs(
    'harakiri',
    '`pool.default.request_timeout`',
    'the client gets a 504, and the log the stacks of all threads; uWSGI cuts the connection',
    (option, facts) => {
      const value = positiveOf(option);
      facts.hasHarakiri = true;
      facts.draft.at(pool).set('request_timeout', `${value}s`, option);
    },
  ),
  needless(
    ['harakiri-verbose', 'harakiri-no-arh', 'no-harakiri-arh', 'no-harakiri-after-req-hook'],
    'the log always shows where a request was',
  ),
  lost(
    ['harakiri-graceful-timeout', 'harakiri-graceful-signal', 'harakiri-queue-threshold'],
    'a worker that runs into its limit is replaced',
  ),
  same('max-requests', '`pool.default.recycle.requests`', count(pool, 'recycle.requests')),
  same('max-worker-lifetime', '`pool.default.recycle.age`', seconds(pool, 'recycle.age')),
  needless(
    ['max-requests-delta', 'max-worker-lifetime-delta'],
    'each process has a limit of its own, up to a tenth lower',
  ),
  needless('min-worker-lifetime', 'one process at a time is replaced, when the new one is ready'),
  same('reload-on-rss', '`pool.default.recycle.memory`', size(pool, 'recycle.memory', 'MiB')),
  differs(
    'evil-reload-on-rss',
    '`pool.default.recycle.memory`',
    'running requests are finished first',
    size(pool, 'recycle.memory', 'MiB'),
  ),
  lost(['reload-on-as', 'evil-reload-on-as'], 'use recycle.memory, or rlimits.as'),
  differs(
    ['reload-mercy', 'worker-reload-mercy'],
    '`pool.default.stop_timeout`',
    'it is for the end of the gateway; on reload requests of old processes have their request_timeout',
    seconds(pool, 'stop_timeout'),
  ),
  lost(
    [
      'touch-reload',
      'touch-chain-reload',
      'touch-workers-reload',
      'touch-*',
      'propagate-touch',
      'fs-*',
      'reload-on-fd',
      'brutal-reload-on-fd',
      'exit-on-reload',
      'check-mount*',
      'mountpoint-check',
      'mount-check',
    ],
    'use sluice reload, SIGHUP or systemctl reload',
  ),
  needless(['chain-reload', 'worker-reload-*'], 'new processes are always ready before old ones go'),
  needless(
    ['master', 'vacuum', 'no-orphans', 'strict', 'thunder-lock', 'thunder-lock-watchdog'],
    'always so, or of no use',
  ),
  needless('die-on-term', 'SIGTERM stops the gateway; SIGHUP loads the code again'),
  needless(['offload-threads', 'offload-thread'], 'the gateway itself sends files and serves slow clients'),
  lost(
    ['async', 'ugreen', 'gevent*', 'asyncio*', 'greenlet', 'loop'],
    'Sluice runs threads; more threads and processes take their place',
  ),
  lost(
    [
      'emperor*',
      'early-emperor',
      'heartbeat',
      'vassal*',
      'zerg*',
      'legion*',
      'subscribe*',
      'subscription*',
      'st',
      'start-unsubscribed',
      'unsubscribe-*',
      'weight',
      'auto-weight',
      'multicast*',
      'fastrouter*',
    ],
    'one gateway for each application, as a systemd unit',
  ),
  lost(
    [
      'mule*',
      'spooler*',
      'farm*',
      'cron*',
      'unique-cron*',
      'unique-legion-cron',
      'cache*',
      'check-cache',
      'add-cache-item',
      'load-file-in-cache*',
      'timer',
      'rbtimer',
      'queue*',
      'sharedarea*',
      'locks',
      'signal*',
      'rpc*',
      'snmp*',
    ],
    'the uwsgi module of uWSGI is not there; run such work as a service of its own',
  ),
  lost(
    [
      'attach-daemon*',
      'attach-control-daemon',
      'smart-attach-daemon*',
      'legion-attach-daemon',
      'worker-exec*',
    ],
    'run it as a service of its own',
  ),
  lost(
    ['hook-*', 'exec-*', 'call-*', 'after-request-hook', 'after-request-call', 'file-write'],
    'do it in the unit of the service, or in the application',
  ),
  needless(
    ['procname*', 'auto-procname', 'memory-report', 'honour-stdin', 'daemons-honour-stdin', 'py-sharedarea'],
    'sluice status shows every process',
  ),
  needless(
    ['ignore-sigpipe', 'ignore-write-errors', 'disable-write-exception', 'write-errors-*'],
    'clients that leave are no errors',
  ),
];
