// Where a key belongs that stands in the wrong section.
import { sections } from './settings/index.ts';

/** `; it belongs below [app]`: the first section that has the key. Nothing if none has. */
export function belongsTo(key: string): string {
  const home = sections.find(({ settings }) => settings.some((setting) => setting.key.split('.')[0] === key));
  if (home === undefined) return '';
  return `; it belongs below ${home.name === 'pool' ? '[pool.default]' : home.header}`;
}
