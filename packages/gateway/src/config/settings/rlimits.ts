// [app] rlimits: what a worker may take from the system. The names are those of setrlimit(2).
import { duration, size } from '../kinds/quantity.ts';
import { integer } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { AppConfig } from '../types.ts';

const fallback = { state: 'none', prose: 'that of whoever starts the gateway' } as const;

/** The settings of `rlimits` in `[app]`. */
export const rlimitSettings: SettingsOf<
  Pick<
    AppConfig,
    'openFilesLimit' | 'addressSpaceLimitBytes' | 'coreLimitBytes' | 'cpuLimitMs' | 'processesLimit'
  >
> = {
  openFilesLimit: {
    key: 'rlimits.nofile',
    kind: integer(16, 1_000_000_000),
    fallback,
    flag: 'rlimit-nofile',
    prose:
      'Files and connections that a worker may have open. Workers set this and the other `rlimits` before they import the application; only root may raise one over its hard limit.',
  },
  addressSpaceLimitBytes: {
    key: 'rlimits.as',
    kind: size('16MiB', '64TiB'),
    fallback,
    flag: 'rlimit-as',
    prose:
      'Address space of a worker: beyond it the application gets `MemoryError`. It is a good deal more than the memory that is really used; `recycle.memory` looks at that.',
  },
  coreLimitBytes: {
    key: 'rlimits.core',
    kind: size('0B', '64TiB'),
    fallback,
    flag: 'rlimit-core',
    prose: 'Size of the core file of a worker that crashes; `"0B"` for none.',
  },
  cpuLimitMs: {
    key: 'rlimits.cpu',
    kind: duration('1s', '8760h'),
    fallback,
    flag: 'rlimit-cpu',
    prose:
      'Processor time of a worker in all its life, in whole seconds. Then the kernel ends it with `SIGXCPU`, whatever it is doing.',
  },
  processesLimit: {
    key: 'rlimits.nproc',
    kind: integer(1, 1_000_000_000),
    fallback,
    flag: 'rlimit-nproc',
    prose:
      'Processes and threads that the user of the workers may have, all together. Root has no such limit.',
  },
};
