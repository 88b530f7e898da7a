// [control]: how a running gateway is found and told what to do.
import { controlAddress } from '../kinds/control.ts';
import { text } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { ControlConfig } from '../types.ts';

/** The settings of `[control]`. */
export const controlSettings: SettingsOf<ControlConfig> = {
  address: {
    key: 'address',
    kind: controlAddress,
    fallback: {
      state: 'none',
      prose:
        'a socket in `$XDG_RUNTIME_DIR/sluice`, named after the application directory; none without that variable',
    },
    flag: 'control',
    prose:
      'The Unix socket that `sluice status`, `reload`, `scale`, `drain` and `stop` talk to. Only the user of the gateway may connect.',
  },
  pidFile: {
    key: 'pid_file',
    kind: text('path', 'the path of a file', ['/run/mysite/sluice.pid']),
    fallback: { state: 'none', prose: 'none is written' },
    flag: 'pid-file',
    prose: 'A file with the process id of the gateway, written before it listens and removed when it ends.',
  },
};
