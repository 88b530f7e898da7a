// [log]: what the gateway says about itself.
import { choice, text, toggle } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { LogConfig } from '../types.ts';

/** The settings of `[log]`. */
export const logSettings: SettingsOf<LogConfig> = {
  level: {
    key: 'level',
    kind: choice(['debug', 'info', 'warn', 'error', 'silent']),
    fallback: { state: 'value', toml: 'info' },
    flag: 'log-level',
    prose: 'The least severe line that is written.',
  },
  format: {
    key: 'format',
    kind: choice(['auto', 'pretty', 'json']),
    fallback: { state: 'value', toml: 'auto' },
    flag: 'log-format',
    prose: 'For people or for programs; `auto` is `pretty` on a terminal and `json` elsewhere.',
  },
  access: {
    key: 'access',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'access-log',
    prose: 'Write one line for every request.',
  },
  file: {
    key: 'file',
    kind: text('path', 'the path of a file', ['/var/log/mysite/sluice.log']),
    fallback: { state: 'none', prose: 'standard error' },
    flag: 'log-file',
    prose:
      'The file that the log is appended to. When it was moved away, as logrotate does, a new one is begun within a second; no signal is needed. What keeps the gateway from starting is said on standard error too.',
  },
};
