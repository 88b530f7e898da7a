import { describe, expect, it } from '@jest/globals';
import { listenProtocols, namedSettings, sections } from '../../src/config/settings/index.ts';

const all = sections.flatMap((section) => section.settings.map((setting) => ({ section, setting })));

describe('the table of settings', () => {
  it.each(all)('$section.name $setting.key: has a default its own kind accepts', ({ setting }) => {
    const { fallback, kind } = setting;
    if (fallback.state === 'value') expect(kind.schema.safeParse(fallback.toml).success).toBe(true);
    else if (fallback.state !== 'required') expect(fallback.prose).not.toBe('');
  });

  it.each(all)('$section.name $setting.key: is explained in sentences', ({ setting }) => {
    expect(setting.prose).toMatch(/^[A-Z].*\.$/);
  });

  it('uses no key, flag or variable twice', () => {
    const keys = all.map(({ section, setting }) => `${section.name}.${setting.key}`);
    const flags = [
      ...namedSettings.map(({ flag }) => flag),
      ...listenProtocols,
      'config',
      'as',
      'help',
      'version',
    ];
    const variables = namedSettings.flatMap(({ variable }) => variable ?? []);
    for (const list of [keys, flags, variables]) expect(new Set(list).size).toBe(list.length);
  });
});
