// The user that applications run as.
import type { Draft } from './draft.ts';

/** A group goes with a user: one that is alone is not carried over. */
export function dropLoneGroup(draft: Draft): void {
  const { settings } = draft.at('app');
  if (settings.has('user')) return;
  for (const option of settings.get('group')?.options ?? [])
    draft.note(option, 'lost', 'a group goes with a user: set user too');
  settings.delete('group');
}
