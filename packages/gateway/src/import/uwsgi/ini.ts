// Reads a uWSGI ini file as uWSGI does: `key = value`, sections, keys that repeat, lines of their own for comments.
import type { TextOption } from '../option.ts';
import { ImportError, type SourceFile } from '../source.ts';

/** The options of a section, in order, before anything in their values is replaced. */
export function readIni({ name, text, section }: SourceFile): readonly TextOption[] {
  const asked = section ?? 'uwsgi';
  const sections = new Map<string, TextOption[]>();
  let current: TextOption[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      const title = line.slice(1, -1);
      current = sections.get(title) ?? [];
      sections.set(title, current);
      continue;
    }
    const equals = line.indexOf('=');
    const key = equals === -1 ? line : line.slice(0, equals).trim();
    const value = equals === -1 ? '' : line.slice(equals + 1).trim();
    current.push({ name: key, value, file: name, line: index + 1 });
  }
  const found = sections.get(asked);
  if (found === undefined) {
    const others = [...sections.keys()].map((each) => `[${each}]`).join(', ') || 'no sections';
    const advice = sections.size === 0 ? '' : `; name one as ${name}:SECTION`;
    throw new ImportError(`${name}: there is no section [${asked}]: it has ${others}${advice}`);
  }
  return found;
}
