// The line of a key in a TOML text. The parser gives positions for syntax errors only, so this looks for the key
// the way a person would: find the header of the table, then the line that begins with the key. Where a value is
// written inline the line of what encloses it is the answer. A wrong guess costs nothing but a misleading number.

/** A step into a document: a key, or an index into a list of tables. */
export type Step = string | number;

/** The line, from 1, that holds the longest part of `path` that could be found; null if not even its first key could. */
export function locateKey(toml: string, path: readonly Step[]): number | null {
  let best: { line: number; depth: number } | null = null;
  let table: readonly Step[] = [];
  const listSizes = new Map<string, number>();
  for (const [index, line] of toml.split('\n').entries()) {
    const header = /^\s*(\[\[?)([^[\]]+)\]\]?\s*(?:#.*)?$/.exec(line);
    if (header !== null) {
      const keys = splitKeys(header[2] ?? '');
      table = header[1] === '[[' ? listEntry(keys, listSizes) : insideLists(keys, listSizes);
    }
    const assigned = header === null ? /^\s*([\w."' -]+?)\s*=/.exec(line)?.[1] : undefined;
    if (header === null && assigned === undefined) continue;
    const depth = commonDepth([...table, ...splitKeys(assigned ?? '')], path);
    if (depth > (best?.depth ?? 0)) best = { line: index + 1, depth };
  }
  return best?.line ?? null;
}

function splitKeys(dotted: string): string[] {
  const keys = dotted.match(/"[^"]*"|'[^']*'|[^\s."']+/g) ?? [];
  return keys.map((key) => key.replace(/^["']|["']$/g, ''));
}

// [[listen]] opens the next entry of the list.
function listEntry(keys: readonly string[], listSizes: Map<string, number>): Step[] {
  const name = keys.join('.');
  const index = listSizes.get(name) ?? 0;
  listSizes.set(name, index + 1);
  return [...insideLists(keys.slice(0, -1), listSizes), ...keys.slice(-1), index];
}

// [listen.options] belongs to the latest entry of [[listen]].
function insideLists(keys: readonly string[], listSizes: ReadonlyMap<string, number>): Step[] {
  return keys.flatMap((key, index): Step[] => {
    const size = listSizes.get(keys.slice(0, index + 1).join('.'));
    return size === undefined ? [key] : [key, size - 1];
  });
}

// How many steps of `wanted` this line settles. A line that goes past `wanted` or beside it settles only its table.
function commonDepth(steps: readonly Step[], wanted: readonly Step[]): number {
  let depth = 0;
  while (depth < steps.length && depth < wanted.length && steps[depth] === wanted[depth]) depth++;
  return depth;
}

/** `listen[0].address`, the notation of keys in problems. */
export function formatPath(path: readonly Step[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
