// A configuration in the making: settings with the options they come from, and what became of every option.
import { show } from '../config/problems.ts';
import { sections } from '../config/settings/index.ts';
import { findRow, Left, type Fate, type Option, type Row } from './option.ts';

/** A value of a setting, as TOML has it. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable;

/** A table within a value. */
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

/** One setting. */
export interface DraftSetting {
  value: TomlValue;
  /** The options it comes from; empty if it stands for a default of the other server. */
  readonly options: Option[];
  /** Printed above it. */
  readonly remarks: string[];
}

/** What became of an option. */
export interface Finding {
  /** Null: it is about something that is in no option. */
  readonly option: Option | null;
  readonly fate: Fate;
  readonly note: string;
}

type ListSection = 'listen' | 'route' | 'static';

/** A configuration in the making. */
export class Draft {
  readonly tables: Map<string, DraftTable> = new Map<string, DraftTable>();
  /** What is to be done elsewhere, for the end of the file. */
  readonly advice: string[] = [];
  readonly lists: Record<ListSection, DraftTable[]> = { listen: [], route: [], static: [] };
  readonly #findings = new Map<Option, Finding>();
  readonly #general: Finding[] = [];
  #untargeted: string | null = null;

  /** A table such as `app` or `pool.default`; made when it is first asked for. */
  at(name: string): DraftTable {
    const table = this.tables.get(name) ?? new DraftTable(this, name.split('.')[0] ?? name);
    this.tables.set(name, table);
    return table;
  }

  /** A further entry of a list. */
  add(section: ListSection): DraftTable {
    const table = new DraftTable(this, section);
    this.lists[section].push(table);
    return table;
  }

  /** Says what became of an option; what was said of it before no longer counts. */
  note(option: Option, fate: Fate, note: string): void {
    this.#findings.set(option, { option, fate, note });
  }

  /** Says something that is about no option. */
  miss(note: string): void {
    this.#general.push({ option: null, fate: 'lost', note });
  }

  /** Says that an application is needed and not named, which counts only until `app.target` is set. */
  missTarget(note: string): void {
    this.#untargeted = note;
  }

  /** What became of everything, in the order of the file. */
  findings(): readonly Finding[] {
    const isUntargeted = this.#untargeted !== null && this.at('app').get('target') === undefined;
    const target: readonly Finding[] = isUntargeted
      ? [
          {
            option: null,
            fate: 'lost',
            note: `${this.#untargeted}; set app.target, or name it behind the file`,
          },
        ]
      : [];
    const ofOptions = [...this.#findings.values()].toSorted(
      (a, b) => (a.option?.line ?? 0) - (b.option?.line ?? 0),
    );
    return [...ofOptions, ...this.#general, ...target];
  }

  findingOf(option: Option): Finding | undefined {
    return this.#findings.get(option);
  }

  /** Carries options over by their rows. */
  carry<C>(options: readonly Option[], rows: readonly Row<C>[], context: C): void {
    for (const option of options) {
      const row = findRow(rows, option.name);
      if (row === undefined) this.note(option, 'lost', 'it is not known');
      else if (row.fate === 'lost' && isOff(option.value)) this.note(option, 'needless', 'it is off');
      else this.note(option, row.fate, row.note);
      if (row === undefined || !('carry' in row)) continue;
      if (option.value === null) this.note(option, 'needless', 'it is not set');
      else this.attempt(option, () => row.carry(option, context));
    }
  }

  /** Runs the action; if it throws `Left`, the option was not carried over. */
  attempt(option: Option, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      this.note(option, error.fate, error.message);
    }
  }
}

function isOff(value: Option['value']): boolean {
  if (typeof value === 'string') return /^(false|off|no|0)$/i.test(value);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === false || value === null || value === 0;
}

/** One table of the configuration. */
export class DraftTable {
  readonly settings: Map<string, DraftSetting> = new Map<string, DraftSetting>();
  /** Printed below its settings. */
  readonly remarks: string[] = [];
  readonly #draft: Draft;
  readonly #section: string;

  constructor(draft: Draft, section: string) {
    this.#draft = draft;
    this.#section = section;
  }

  /**
   * Sets a value, for these options. A value that Sluice does not allow is not set, and its options are lost; what was
   * set before by other options is no longer.
   */
  set(key: string, value: TomlValue, ...options: readonly Option[]): void {
    const refusal = refusalOf(this.#section, key, value);
    if (refusal !== null) {
      for (const option of options) this.#draft.note(option, 'lost', refusal);
      return;
    }
    for (const earlier of this.settings.get(key)?.options ?? []) {
      if (!options.includes(earlier)) this.#draft.note(earlier, 'needless', 'a later line says otherwise');
    }
    this.settings.set(key, { value, options: [...options], remarks: [] });
  }

  /** Puts an entry into a table such as `environment`. */
  put(key: string, name: string, value: string, option: Option): void {
    const present = this.settings.get(key);
    const entries = (present?.value ?? {}) as TomlTable;
    const refusal = refusalOf(this.#section, key, { ...entries, [name]: value });
    if (refusal !== null) throw new Left('lost', refusal);
    const options = present?.options ?? [];
    this.settings.set(key, {
      value: { ...entries, [name]: value },
      options: [...options, option],
      remarks: [],
    });
  }

  get(key: string): TomlValue | undefined {
    return this.settings.get(key)?.value;
  }

  /** Adds a comment to a setting that is there. */
  remark(key: string, text: string): void {
    this.settings.get(key)?.remarks.push(text);
  }

  /** Takes over all settings of another table that it has not itself, without the comments. */
  copy(from: DraftTable): void {
    for (const [key, { value }] of from.settings) {
      if (!this.settings.has(key)) this.settings.set(key, { value, options: [], remarks: [] });
    }
  }
}

// The table of settings knows what is allowed.
function refusalOf(section: string, key: string, value: TomlValue): string | null {
  const setting = sections.find(({ name }) => name === section)?.settings.find((each) => each.key === key);
  if (setting === undefined) throw new TypeError(`no setting ${section}.${key}`);
  const result = setting.kind.schema.safeParse(value);
  if (result.success) return null;
  const subject = key === 'environment' ? 'this' : show(value);
  return `${subject} is not possible for ${key}; it takes ${setting.kind.allowed}`;
}
