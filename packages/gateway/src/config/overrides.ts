// Settings given outside the file: environment variables and flags, as values to lay over the file.
import { listenProtocols, namedSettings, type NamedSetting } from './settings/index.ts';
import { variableName } from './setting.ts';
import type { Source } from './problems.ts';
import type { ListenProtocol } from './types.ts';

/** What a flag said: nothing, that it is there, or its words. Keys are flags without the dashes. */
export type FlagValues = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

/** Environment variables as Node has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One value from outside the file. */
export interface Override {
  readonly named: NamedSetting;
  /** As TOML would give it. */
  readonly value: unknown;
  readonly source: Source;
}

/** One listener from outside the file. */
export interface ListenerOverride {
  readonly protocol: ListenProtocol;
  readonly address: string;
  readonly source: Source;
}

/** Everything one origin gives. */
export interface Overrides {
  readonly values: readonly Override[];
  readonly listeners: readonly ListenerOverride[];
}

/** The settings that environment variables give. An empty variable counts as not set. */
export function environmentOverrides(environment: Environment): Overrides {
  const words = (variable: string | null, repeats: boolean): readonly string[] | null => {
    const value = variable === null ? undefined : environment[variable];
    if (value === undefined || value === '') return null;
    return repeats ? value.split(',').map((word) => word.trim()) : [value];
  };
  return collect(
    (named) => words(named.variable, named.setting.kind.repeats),
    (protocol) => words(variableName(protocol), true),
    (flag) => ({ kind: 'environment', name: variableName(flag) }),
  );
}

/** The settings that flags give. */
export function flagOverrides(flags: FlagValues): Overrides {
  const words = (flag: string): readonly string[] | null => {
    const value = flags[flag];
    if (value === undefined) return null;
    return typeof value === 'object' ? value : [String(value)];
  };
  return collect(
    (named) => words(named.flag),
    words,
    (flag, only) => (only === 'argument' ? { kind: 'argument' } : { kind: 'flag', name: flag }),
  );
}

function collect(
  settingWords: (named: NamedSetting) => readonly string[] | null,
  listenerWords: (protocol: ListenProtocol) => readonly string[] | null,
  sourceOf: (flag: string, only?: 'argument' | 'flag') => Source,
): Overrides {
  const values = namedSettings.flatMap((named) => {
    const words = settingWords(named);
    if (words === null) return [];
    return [
      { named, value: named.setting.kind.fromWords(words), source: sourceOf(named.flag, named.setting.only) },
    ];
  });
  const listeners = listenProtocols.flatMap((protocol) =>
    (listenerWords(protocol) ?? []).map((address) => ({ protocol, address, source: sourceOf(protocol) })),
  );
  return { values, listeners };
}
