// [body]: request bodies.
import { size } from '../kinds/quantity.ts';
import { text } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { BodyConfig } from '../types.ts';

/** The settings of `[body]`. */
export const bodySettings: SettingsOf<BodyConfig> = {
  memoryBytes: {
    key: 'memory',
    kind: size('0B', '16MiB'),
    fallback: { state: 'value', toml: '1MiB' },
    flag: 'body-memory',
    prose: 'Request bodies up to this size stay in memory; larger ones are written to a file first.',
  },
  totalMemoryBytes: {
    key: 'memory_total',
    kind: size('0B', '1TiB'),
    fallback: { state: 'value', toml: '64MiB' },
    flag: 'body-memory-total',
    prose:
      'The same for all request bodies together; beyond it they are written to files, whatever their size.',
  },
  maxBytes: {
    key: 'max',
    kind: size('0B', '1024TiB'),
    fallback: { state: 'value', toml: '1GiB' },
    flag: 'body-max',
    prose: 'Larger request bodies are refused with 413.',
  },
  spoolDirectory: {
    key: 'spool_directory',
    kind: text('path', 'the path of a directory', ['/var/spool/mysite']),
    fallback: { state: 'none', prose: 'the temporary directory of the system' },
    flag: 'spool-directory',
    prose:
      'Where large request bodies are written, in a directory that the gateway makes and removes. Nothing of a request is left there once it has ended. A gateway that is killed by SIGKILL leaves its directory, `sluice-` and six characters; in the temporary directory of a service, `PrivateTmp=yes` of systemd removes it.',
  },
};
