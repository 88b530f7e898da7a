// Options of other servers, and the tables that say what becomes of each.

/** A value as it was written: uWSGI and Apache have only texts, Python and JSON have more. */
export type Literal =
  string | number | boolean | null | readonly Literal[] | { readonly [name: string]: Literal };

/** An option that was found in a file. */
export interface Option {
  readonly name: string;
  /** How messages call it, if not by its name. */
  readonly place?: string;
  readonly value: Literal;
  /** As the file was named. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** An option in a file where every value is a text. */
export interface TextOption extends Option {
  readonly value: string;
}

/**
 * `same`: a setting that means the same. `differs`: the nearest setting, and `note` says what differs. `needless`:
 * nothing to set, because Sluice does so anyway or has no use for it. `lost`: Sluice has no setting for it.
 */
export type Fate = 'same' | 'differs' | 'needless' | 'lost';

/** What becomes of an option. `C` is what a source collects while it reads. */
export type Row<C> = CarriedRow<C> | LeftRow;

interface Names {
  /** Other names of the same option follow the usual one; a `*` at the end stands for any rest. */
  readonly names: readonly string[];
}

/** An option that comes to settings. */
export interface CarriedRow<C> extends Names {
  readonly fate: 'same' | 'differs';
  /** The settings, for people. */
  readonly becomes: string;
  /** What differs; one clause. Empty if nothing does. */
  readonly note: string;
  /** Throws {@link Left} if this value cannot be carried over. */
  readonly carry: (option: Option, context: C) => void;
}

/** An option that does not. */
export interface LeftRow extends Names {
  readonly fate: 'needless' | 'lost';
  /** Why, or what to do instead; one clause. */
  readonly note: string;
}

/** Thrown by `carry`: this value comes to no setting. */
export class Left extends Error {
  readonly fate: 'needless' | 'lost';

  constructor(fate: 'needless' | 'lost', note: string) {
    super(note);
    this.name = 'Left';
    this.fate = fate;
  }
}

/** A row of options that have the same meaning in a setting. */
export function same<C>(
  names: string | readonly string[],
  becomes: string,
  carry: CarriedRow<C>['carry'],
): Row<C> {
  return { names: listOf(names), fate: 'same', becomes, note: '', carry };
}

/** A row of options that nearly have; `note` tells the difference. */
export function differs<C>(
  names: string | readonly string[],
  becomes: string,
  note: string,
  carry: CarriedRow<C>['carry'],
): Row<C> {
  return { names: listOf(names), fate: 'differs', becomes, note, carry };
}

/** A row of options that need no setting. */
export function needless(names: string | readonly string[], note: string): LeftRow {
  return { names: listOf(names), fate: 'needless', note };
}

/** A row of options that Sluice has nothing for. */
export function lost(names: string | readonly string[], note: string): LeftRow {
  return { names: listOf(names), fate: 'lost', note };
}

function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}

/** The row of an option; exact names win over those with `*`, longer ones over shorter ones. */
export function findRow<C>(rows: readonly Row<C>[], name: string): Row<C> | undefined {
  const exact = rows.find(({ names }) => names.includes(name));
  if (exact !== undefined) return exact;
  const prefixes = rows.flatMap((row) =>
    row.names
      .filter((each) => each.endsWith('*') && name.startsWith(each.slice(0, -1)))
      .map((each) => ({ row, length: each.length })),
  );
  return prefixes.toSorted((a, b) => b.length - a.length)[0]?.row;
}
