// What uWSGI replaces in values: %d and its like, %(name) of other options, $(NAME) of the environment.
import { basename, dirname, extname, sep } from 'node:path';
import { Left, type TextOption } from '../option.ts';
import type { SourceFile } from '../source.ts';

/** What values may refer to. */
export interface Variables {
  readonly magic: ReadonlyMap<string, string>;
  /** The last value of each option, and of each name that `set` gives one. */
  readonly placeholders: ReadonlyMap<string, string>;
}

const placeholderOptions = new Set(['set', 'set-placeholder', 'set-ph']);

/** Collects them from a file and its options. */
export function variablesOf(
  { name, path, section }: SourceFile,
  options: readonly TextOption[],
  coresCount: number,
): Variables {
  const directory = dirname(path);
  const file = basename(path);
  const extension = extname(file).slice(1);
  const values: Record<string, string> = {
    '%': '%',
    o: name,
    p: path,
    s: file,
    d: directory.endsWith(sep) ? directory : `${directory}${sep}`,
    c: basename(directory),
    e: extension,
    n: extension === '' ? file : file.slice(0, -extension.length - 1),
    x: section ?? '',
    k: String(coresCount),
  };
  directory
    .split(sep)
    .filter(Boolean)
    .slice(0, 10)
    .forEach((part, index) => (values[String(index)] = part));
  // The capitals are those of the first file, and this is the only one.
  const capitals = ['o', 'p', 's', 'd', 'c', 'e', 'n', 'x'].map(
    (letter) => [letter.toUpperCase(), values[letter] ?? ''] as const,
  );
  const placeholders = options.flatMap(({ name: key, value }): [string, string][] => {
    if (!placeholderOptions.has(key)) return [[key, value]];
    const [left = '', ...right] = value.split('=');
    return [[left, right.join('=')]];
  });
  return { magic: new Map([...Object.entries(values), ...capitals]), placeholders: new Map(placeholders) };
}

const reference = /%\(([^)]*)\)|%(.)|\$\(([^)]*)\)|@\(([^)]*)\)/gs;
const depthMax = 16;

/** Puts them into a value. Throws `Left` where that takes the machine uWSGI runs on. */
export function replaceVariables(text: string, variables: Variables, depth = 0): string {
  if (depth > depthMax) throw new Left('lost', 'its value refers to itself');
  return text.replace(
    reference,
    (whole, name?: string, letter?: string, variable?: string, file?: string) => {
      if (name !== undefined) return placeholder(name.trim(), variables, depth);
      if (letter !== undefined) {
        const value = variables.magic.get(letter);
        if (value === undefined) throw new Left('lost', `what %${letter} stands for is known only to uWSGI`);
        return value;
      }
      const what = variable === undefined ? `the file ${file}` : `the environment variable ${variable}`;
      throw new Left('lost', `its value comes from ${what} (${whole}); write it yourself`);
    },
  );
}

function placeholder(name: string, variables: Variables, depth: number): string {
  const value = variables.placeholders.get(name);
  if (value === undefined) throw new Left('lost', `%(${name}) is given nowhere in this file`);
  return replaceVariables(value, variables, depth + 1);
}

/** The names that values refer to by `%(name)`. */
export function referredNames(options: readonly TextOption[]): ReadonlySet<string> {
  const texts = options.map(({ value }) => value);
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/%\(([^)]*)\)/g)].map(([, name = '']) => name.trim())),
  );
}
