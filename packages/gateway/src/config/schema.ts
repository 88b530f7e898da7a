// From the table of settings to schemas: one for each section, which reads it, and one for the whole file, which
// editors use.
import * as z from 'zod/mini';
import type { Setting } from './setting.ts';
import { sections, type Section } from './settings/index.ts';

// A schema reads one file. The code that zod would make for it would cost more than it saves.
z.config({ jitless: true });

/** Reads one table of a section. Unknown keys are issues; what is not given stays undefined. */
export function sectionSchema(settings: readonly Setting<unknown>[]): z.ZodMiniType<Record<string, unknown>> {
  return tableSchema(settings, ({ kind, fallback }) =>
    fallback.state === 'required' ? kind.schema : z.optional(kind.schema),
  );
}

function tableSchema(
  settings: readonly Setting<unknown>[],
  leafSchema: (setting: Setting<unknown>) => z.ZodMiniType,
): z.ZodMiniType<Record<string, unknown>> {
  const shape: Record<string, z.ZodMiniType> = {};
  for (const [key, group] of groupByFirstKey(settings)) {
    const [only] = group;
    const isLeaf = only !== undefined && only.key === key;
    const inner = group.map((setting) => ({ ...setting, key: setting.key.slice(key.length + 1) }));
    shape[key] = isLeaf ? leafSchema(only) : z.optional(tableSchema(inner, leafSchema));
  }
  return z.strictObject(shape);
}

/** The JSON Schema of sluice.toml, for editors that complete and check TOML. */
export function configJsonSchema(): object {
  const shape = Object.fromEntries(sections.map((section) => [section.name, documentSchema(section)]));
  const schema = z.toJSONSchema(z.strictObject(shape), { io: 'input', reused: 'inline' });
  return { ...schema, title: 'sluice.toml', description: 'Configuration of the Sluice gateway.' };
}

function documentSchema(section: Section): z.ZodMiniType {
  const table = tableSchema(section.settings, describedSchema);
  const all = { table, list: z.array(table), named: z.record(z.string(), table) }[section.shape];
  return z.optional(all).check(z.meta({ description: plain(section.prose) }));
}

/** A key that a flag can give may be missing in the file. */
function describedSchema({ kind, fallback, prose, flag }: Setting<unknown>): z.ZodMiniType {
  const described = fallback.state === 'value' ? { default: fallback.toml } : {};
  const schema = kind.schema.check(z.meta({ description: plain(prose), ...described }));
  return fallback.state === 'required' && flag === null ? schema : z.optional(schema);
}

function groupByFirstKey(settings: readonly Setting<unknown>[]): Map<string, readonly Setting<unknown>[]> {
  const groups = new Map<string, readonly Setting<unknown>[]>();
  for (const setting of settings) {
    const first = setting.key.split('.')[0] ?? setting.key;
    groups.set(first, [...(groups.get(first) ?? []), setting]);
  }
  return groups;
}

/** Prose without its Markdown code marks. */
export function plain(prose: string): string {
  return prose.replaceAll('`', '');
}
