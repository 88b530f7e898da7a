// Names the route of a request: what requests that take about the same time have in common. Pure.

/** Segments of the path that count: enough to tell `/api/v1/reports` from `/api/v1/users`. */
const SEGMENTS_MAX = 3;
/** Longer paths are cut, so that what is remembered stays small whatever clients ask for. */
const LENGTH_MAX = 120;
/** A segment that names one thing among many: a number, or a long identifier such as a UUID. */
const IDENTIFIER = /(?<=\/)(?:\d+|[0-9a-f-]{16,})(?=\/|$)/gi;

/**
 * The route of a request: its method and the first three segments of its path, with `#` for numbers and long hexadecimal
 * identifiers, such as `GET /users/#/orders`.
 *
 * @param path PATH_INFO: decoded, without the query
 */
export function routeOf(method: string, path: string): string {
  let end = 0;
  for (let count = 0; count < SEGMENTS_MAX && end >= 0; count++) end = path.indexOf('/', end + 1);
  const first = path.slice(0, Math.min(end < 0 ? path.length : end, LENGTH_MAX));
  return `${method} ${first.replace(IDENTIFIER, '#')}`;
}
