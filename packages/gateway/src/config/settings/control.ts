// [control]: how a running gateway is found and told what to do.
import { controlAddress } from '../kinds/control.ts';
import { integer, text } from '../kinds/scalar.ts';
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
  readyDescriptor: {
    key: 'ready_descriptor',
    kind: integer(3, 1_048_575),
    fallback: { state: 'none', prose: 'nobody is told' },
    flag: 'ready-descriptor',
    prose:
      'A descriptor that the gateway has inherited, a pipe for example, into which it writes a line feed when it is ready, and which it closes then. For programs that start a gateway and wait for it; s6 calls it `notification-fd`. For systemd nothing has to be set.',
  },
};
