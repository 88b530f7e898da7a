// Puts a configuration together: file, environment and flags in, one checked and frozen object out.
import { resolve } from 'node:path';
import { belongsTo } from './belongs-to.ts';
import { checkCertificates } from './certificate.ts';
import { readConfigFile } from './file.ts';
import { mergeLayers } from './layers.ts';
import { formatPath, type Step } from './locate.ts';
import { environmentOverrides, flagOverrides, type Environment, type FlagValues } from './overrides.ts';
import { resolvePaths } from './paths.ts';
import { ConfigError, show, type Problem, type Source } from './problems.ts';
import { getValue, isTable, type RawTable } from './raw.ts';
import { readSection, type ReadContext } from './read-section.ts';
import { checkRelations } from './relations.ts';
import { checkSecretFiles } from './secret-file.ts';
import {
  appSettings,
  bodySettings,
  controlSettings,
  limitsSettings,
  listenSettings,
  logSettings,
  poolSettings,
  replySettings,
  routeSettings,
  sections,
  staticSettings,
  upstreamSettings,
} from './settings/index.ts';
import type { SettingsOf } from './setting.ts';
import { didYouMean } from './suggest.ts';
import type { GatewayConfig } from './types.ts';

/** Where a configuration comes from. */
export interface ConfigOrigin {
  /** Path of the file, from `directory`; null for none. */
  readonly file: string | null;
  readonly environment: Environment;
  /** By flag without dashes; `target` is the application. */
  readonly flags: FlagValues;
  /** The current directory, absolute. */
  readonly directory: string;
  /** Processors this process may use: the default number of worker processes. */
  readonly coresCount: number;
}

/** A configuration and where it came from. */
export interface LoadedConfig {
  readonly config: GatewayConfig;
  /** Where a value was given, by the path of its key in the file. */
  readonly sourceOf: (path: readonly Step[]) => Source;
  /** Every key that the environment or a flag has set, in the notation of messages. */
  readonly overridden: ReadonlyMap<string, Source>;
}

/**
 * Loads the configuration; a value given by flag wins over one in the environment, that over the file, that over the
 * default. Throws {@link ConfigError} with every problem there is.
 */
export function loadConfig(origin: ConfigOrigin): LoadedConfig {
  const file = origin.file === null ? null : readConfigFile(origin.file, origin.directory);
  const layers = mergeLayers(file, [environmentOverrides(origin.environment), flagOverrides(origin.flags)]);
  const { sourceOf, overridden, raw } = layers;
  const problems: Problem[] = [];
  const context: ReadContext = { ...origin, sourceOf, problems };
  const parts = readParts(raw, context);
  const isTargetGiven = getValue(raw, ['app', 'target']) !== undefined;
  problems.push(...checkRelations(parts, isTargetGiven, sourceOf));
  if (problems.length > 0) throw new ConfigError(problems);
  const config = resolvePaths(completeConfig(parts), {
    currentDirectory: origin.directory,
    fileDirectory: file === null ? origin.directory : resolve(file.path, '..'),
    sourceOf,
  });
  const unreadable = [...checkSecretFiles(config, sourceOf), ...checkCertificates(config.listen, sourceOf)];
  if (unreadable.length > 0) throw new ConfigError(unreadable);
  return { config: deepFreeze(config), sourceOf, overridden };
}

/** What could be read; null stands for what has problems. */
export type ConfigParts = { readonly [Part in keyof GatewayConfig]: PartOf<GatewayConfig[Part]> };
type PartOf<T> = T extends readonly (infer Entry)[]
  ? readonly (Entry | null)[]
  : T extends Readonly<Record<string, infer Entry>>
    ? string extends keyof T
      ? Readonly<Record<string, Entry | null>>
      : T | null
    : T | null;

function readParts(raw: RawTable, context: ReadContext): ConfigParts {
  checkSectionNames(raw, context);
  const one = <T extends object>(settings: SettingsOf<T>, name: string): T | null =>
    readSection(settings, raw[name] ?? {}, [name], context);
  return {
    app: one(appSettings, 'app'),
    listen: readList(listenSettings, raw, 'listen', context),
    pools: readNamed(poolSettings, raw, 'pool', context, { default: {} }),
    upstreams: readNamed(upstreamSettings, raw, 'upstream', context),
    routes: readList(routeSettings, raw, 'route', context),
    static: readList(staticSettings, raw, 'static', context),
    body: one(bodySettings, 'body'),
    reply: one(replySettings, 'reply'),
    limits: one(limitsSettings, 'limits'),
    log: one(logSettings, 'log'),
    control: one(controlSettings, 'control'),
  };
}

function readList<T extends object>(
  settings: SettingsOf<T>,
  raw: RawTable,
  name: string,
  context: ReadContext,
): readonly (T | null)[] {
  const entries = raw[name] ?? [];
  if (Array.isArray(entries)) {
    return entries.map((entry, index) => readSection(settings, entry, [name, index], context));
  }
  report(context, [name], `${show(entries)} is not a list; write [[${name}]], in double brackets`);
  return [null];
}

function readNamed<T extends object>(
  settings: SettingsOf<T>,
  raw: RawTable,
  section: string,
  context: ReadContext,
  always: RawTable = {},
): Readonly<Record<string, T | null>> {
  const given = raw[section] ?? {};
  if (!isTable(given)) {
    const example = Object.keys(always)[0] ?? 'NAME';
    report(context, [section], `${show(given)} is not a table; write [${section}.${example}]`);
    return Object.fromEntries(Object.keys(always).map((name) => [name, null]));
  }
  const entries = Object.entries({ ...always, ...given });
  const read = entries.map(([name, table]) => {
    if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) {
      const article = /^[aeiou]/.test(section) ? 'an' : 'a';
      const text = `the name of ${article} ${section} is up to 64 letters, digits, "_" and "-", a letter first`;
      report(context, [section, name], text);
    }
    const home = isTable(table) ? '' : belongsTo(name);
    if (home !== '') {
      report(context, [section, name], `${show(table)} is not a table${home}`);
      return [name, null] as const;
    }
    return [name, readSection(settings, table, [section, name], context)] as const;
  });
  return Object.fromEntries(read);
}

function checkSectionNames(raw: RawTable, context: ReadContext): void {
  const known = sections.map((section) => section.name);
  for (const key of Object.keys(raw)) {
    if (!known.includes(key))
      report(context, [key], `unknown section${belongsTo(key) || didYouMean(key, known)}`);
  }
}

function report(context: ReadContext, path: readonly Step[], text: string): void {
  context.problems.push({ source: context.sourceOf(path), key: formatPath(path), text });
}

// Without problems no part is null.
function completeConfig(parts: ConfigParts): GatewayConfig {
  return parts as GatewayConfig;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
