// [control]: how a running gateway is found and told what to do.
import { controlAddress } from '../kinds/control.ts';
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
};
