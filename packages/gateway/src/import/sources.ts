// Every server that configurations are imported from.
import { gunicorn } from './gunicorn/gunicorn.ts';
import { modWsgi } from './mod_wsgi/mod-wsgi.ts';
import type { Source } from './source.ts';
import { unit } from './unit/unit.ts';
import { uwsgi } from './uwsgi/uwsgi.ts';

/** In the order of the reference page. */
export const sources: readonly Source[] = [uwsgi, gunicorn, modWsgi, unit];

/** The source a file is probably for, by its name; undefined if that does not tell. */
export function sourceOfName(name: string): Source | undefined {
  return sources.find(({ files }) => files.test(name));
}
