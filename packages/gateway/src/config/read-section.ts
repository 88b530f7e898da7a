// Checks one table of a section and turns it into the typed values of the configuration.
import type * as z from 'zod/mini';
import { belongsTo } from './belongs-to.ts';
import { formatPath, type Step } from './locate.ts';
import { show, type Problem, type Source } from './problems.ts';
import { getValue } from './raw.ts';
import { sectionSchema } from './schema.ts';
import type { DefaultContext, Setting, SettingsOf } from './setting.ts';
import { didYouMean } from './suggest.ts';

/** What reading a table needs besides the table. */
export interface ReadContext extends DefaultContext {
  readonly sourceOf: (path: readonly Step[]) => Source;
  /** Problems are added here. */
  readonly problems: Problem[];
}

/**
 * Reads `raw`, the table at `path`, by its settings. Null, and at least one problem more, if anything is wrong.
 * The table of settings is typed by `T`, so its fields are the fields of the result.
 */
export function readSection<T extends object>(
  settings: SettingsOf<T>,
  raw: unknown,
  path: readonly Step[],
  context: ReadContext,
): T | null {
  const list: readonly Setting<unknown>[] = Object.values(settings);
  const result = sectionSchema(list).safeParse(raw);
  if (!result.success) {
    for (const issue of result.error.issues)
      context.problems.push(...describe(issue, list, raw, path, context));
    return null;
  }
  const values = Object.entries<Setting<unknown>>(settings).map(([field, setting]) => [
    field,
    getValue(result.data, setting.key.split('.')) ?? fallbackValue(setting, context),
  ]);
  return Object.fromEntries(values) as T;
}

function fallbackValue(setting: Setting<unknown>, context: DefaultContext): unknown {
  const { fallback, kind } = setting;
  switch (fallback.state) {
    case 'value':
      return kind.schema.parse(fallback.toml);
    case 'computed':
      return fallback.compute(context);
    case 'none':
    case 'required':
      return null;
  }
}

function describe(
  issue: z.core.$ZodIssue,
  settings: readonly Setting<unknown>[],
  raw: unknown,
  path: readonly Step[],
  { sourceOf }: ReadContext,
): Problem[] {
  const inside = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const at = (steps: readonly Step[], text: string): Problem => {
    const whole = [...path, ...steps];
    return { source: sourceOf(whole), key: formatPath(whole), text };
  };
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(settings, inside);
    const hint = (key: string): string => belongsTo(key) || didYouMean(key, known);
    return issue.keys.map((key) => at([...inside, key], `unknown key${hint(key)}`));
  }
  const seen = getValue(raw, inside);
  const setting = settings.find(({ key }) => formatPath(inside).startsWith(key));
  if (setting === undefined) return [at(inside, `${show(seen)} is not a table`)];
  if (seen === undefined) return [at(inside, `missing; give ${setting.kind.allowed}`)];
  // Names and values of environment variables may be secrets.
  const subject = setting.key === 'environment' ? 'this' : show(seen);
  const reason = issue.code === 'custom' ? ` (${issue.message})` : '';
  return [at(inside, `${subject} is not possible${reason}; give ${setting.kind.allowed}`)];
}

// Keys that may stand in the table at `inside` (which is empty, or the first key of dotted settings).
function knownKeys(settings: readonly Setting<unknown>[], inside: readonly Step[]): readonly string[] {
  const prefix = inside.length === 0 ? '' : `${formatPath(inside)}.`;
  return settings
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key }) => key.slice(prefix.length).split('.')[0] ?? key);
}
