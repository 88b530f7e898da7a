// Lays defaults < file < environment < flags over each other and remembers where each value came from.
import { formatPath, locateKey, type Step } from './locate.ts';
import type { Override, Overrides } from './overrides.ts';
import type { ConfigFile } from './file.ts';
import type { Source } from './problems.ts';
import { emptyTable, isTable, putValue, type RawTable } from './raw.ts';

/** One document out of all layers, not yet checked. */
export interface Layers {
  readonly raw: RawTable;
  /** Where the value of a key was given. */
  readonly sourceOf: (path: readonly Step[]) => Source;
  /** Keys that were given, in the notation of messages, with their source; for `sluice check`. */
  readonly overridden: ReadonlyMap<string, Source>;
}

/** Merges the layers, later ones over earlier ones. */
export function mergeLayers(file: ConfigFile | null, origins: readonly Overrides[]): Layers {
  const raw = structuredClone(file?.raw ?? emptyTable());
  const overridden = new Map<string, Source>();
  for (const { listeners } of origins) {
    if (listeners.length === 0) continue;
    raw['listen'] = listeners.map(({ protocol, address }) => ({ protocol, address }));
    clearPrefix(overridden, 'listen');
    for (const [index, { source }] of listeners.entries()) overridden.set(`listen[${index}]`, source);
  }
  raw['listen'] ??= [{ protocol: 'http', address: '127.0.0.1:8000' }];
  for (const override of origins.flatMap((origin) => origin.values)) {
    for (const path of targetsOf(override, raw)) {
      putStep(raw, path, override.value);
      overridden.set(formatPath(path), override.source);
    }
  }
  return { raw, overridden, sourceOf: (path) => findSource(path, overridden, file) };
}

// A flag sets the one table of its section, the pool "default", or every listener it can apply to.
function targetsOf({ named }: Override, raw: RawTable): readonly (readonly Step[])[] {
  const { section, setting } = named;
  const keys = setting.key.split('.');
  if (section.shape === 'table') return [[section.name, ...keys]];
  if (section.shape === 'named') return [[section.name, 'default', ...keys]];
  const entries = raw[section.name];
  if (!Array.isArray(entries)) return [];
  const indexes = [...entries.keys()];
  const applicable = indexes.filter((index) => canApply(setting.key, entries[index]));
  // With nothing it can apply to, it goes everywhere: checking then says why it cannot be.
  return (applicable.length > 0 ? applicable : indexes).map((index) => [section.name, index, ...keys]);
}

// --socket-mode beside a TCP listener is meant for the Unix sockets only, --allow for the TCP ones, --ajp-... for AJP, --tls-... for HTTP.
function canApply(key: string, entry: unknown): boolean {
  if (ajpKeys.includes(key)) return isTable(entry) && entry['protocol'] === 'ajp';
  if (httpKeys.includes(key)) return isTable(entry) && entry['protocol'] === 'http';
  const address = isTable(entry) ? entry['address'] : undefined;
  const isUnix = typeof address === 'string' && /^(unix:|\.?\/)/.test(address);
  if (['mode', 'owner', 'group'].includes(key)) return isUnix;
  if (key === 'allow') return !isUnix;
  return true;
}

const httpKeys: readonly string[] = ['trusted', 'forwarded', 'tls.certificate', 'tls.key'];
const ajpKeys: readonly string[] = ['secret_file', 'allowed_attributes', 'packet_size', 'decoded_path'];

function putStep(raw: RawTable, path: readonly Step[], value: unknown): void {
  const [section = '', index, ...rest] = path;
  if (typeof index !== 'number') return putValue(raw, path.map(String), value);
  const entries = raw[section];
  const entry: unknown = Array.isArray(entries) ? entries[index] : undefined;
  if (isTable(entry)) putValue(entry, rest.map(String), value);
}

// The nearest enclosing key that was overridden; otherwise the file, if the key is in it.
function findSource(
  path: readonly Step[],
  overridden: ReadonlyMap<string, Source>,
  file: ConfigFile | null,
): Source {
  for (let length = path.length; length > 0; length--) {
    const source = overridden.get(formatPath(path.slice(0, length)));
    if (source !== undefined) return source;
  }
  if (file === null) return { kind: 'default' };
  return { kind: 'file', path: file.name, line: locateKey(file.text, path) };
}

function clearPrefix(sources: Map<string, Source>, prefix: string): void {
  for (const key of sources.keys()) {
    if (key.startsWith(prefix)) sources.delete(key);
  }
}
