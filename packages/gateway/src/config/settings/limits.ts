// [limits]: what one peer may ask for.
import { size } from '../kinds/quantity.ts';
import { integer } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { LimitsConfig } from '../types.ts';

/** The settings of `[limits]`. */
export const limitsSettings: SettingsOf<LimitsConfig> = {
  variablesBytes: {
    key: 'variables',
    kind: size('1KiB', '16MiB'),
    fallback: { state: 'value', toml: '256KiB' },
    flag: 'variables-size',
    prose: 'All variables of a request together: the parameters of FastCGI, the head of an HTTP request.',
  },
  variablesCount: {
    key: 'variables_count',
    kind: integer(16, 65_535),
    fallback: { state: 'value', toml: 1024 },
    flag: 'variables-count',
    prose: 'Number of variables, or of header lines, of a request.',
  },
  connectionsCount: {
    key: 'connections',
    kind: integer(1, 1_000_000),
    fallback: { state: 'value', toml: 10_000 },
    flag: 'connections',
    prose: 'Connections open at once on one listener; further ones are closed.',
  },
};
