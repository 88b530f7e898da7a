// Directories of files of other servers as `[[static]]` tables.
import type { Draft, DraftTable } from './draft.ts';
import { Left, type Option } from './option.ts';

/** Adds one. Throws `Left` if the path has a directory already. */
export function addStatic(draft: Draft, path: string, directory: string, option: Option): DraftTable {
  const target = directory.replace(/(?<=.)\/+$/, '');
  const present = draft.lists.static.find((each) => each.get('path') === path);
  if (present?.get('directory') === target) throw new Left('needless', 'an earlier line says so');
  if (present !== undefined) throw new Left('lost', 'a path has one directory, whatever the host');
  const table = draft.add('static');
  table.set('path', path, option);
  table.set('directory', target, option);
  if (table.settings.size < 2) draft.lists.static.pop();
  return table;
}
