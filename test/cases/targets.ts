// Request targets: what becomes of the path on its way to PATH_INFO.
import { row, type Case } from './case.ts';

// A front or the gateway may have something to say about a target it refuses.
const REFUSED = [/BAD_REQUEST/];
const NUL_REFUSED = [...REFUSED, /SLUICE_CONNECTION_REFUSED.*NUL byte/];

const pathInfo = (name: string, target: string, expected: string): Case =>
  row(name, { target }, { status: 200, json: { PATH_INFO: expected } });

/** Paths and queries. */
export const targetCases: readonly Case[] = [
  pathInfo('a percent-encoded blank', '/environ/a%20b', '/environ/a b'),
  pathInfo('a percent-encoded slash', '/environ/a%2Fb', '/environ/a/b'),
  pathInfo('a percent-encoded percent sign is decoded once', '/environ/%2541', '/environ/%41'),
  pathInfo('a plus sign stays', '/environ/a+b', '/environ/a+b'),
  pathInfo('semicolons stay', '/environ/a;b=1', '/environ/a;b=1'),
  pathInfo('UTF-8, as one character for each byte', '/environ/caf%C3%A9', '/environ/caf\xc3\xa9'),
  pathInfo('latin-1', '/environ/caf%E9', '/environ/caf\xe9'),
  {
    ...pathInfo('a raw byte that is not ASCII', '/environ/caf\xe9', '/environ/caf\xe9'),
    appliesTo: (traits) => traits.acceptsRawBytes,
  },
  {
    ...pathInfo('double slashes are merged', '//environ//x', '/environ/x'),
    appliesTo: (traits) => traits.mergesSlashes,
  },
  {
    ...pathInfo('double slashes stay', '/environ//x', '/environ//x'),
    appliesTo: (traits) => !traits.mergesSlashes,
  },
  pathInfo('`..` is resolved', '/a/../environ/b/../x', '/environ/x'),
  pathInfo('`.` is resolved', '/./environ/./x', '/environ/x'),
  row('a path that climbs out is refused', { target: '/../environ' }, { status: 400, logs: REFUSED }),
  row('a NUL is refused', { target: '/environ/%00' }, { status: 400, logs: NUL_REFUSED }),
  row(
    'the query stays as it is',
    { target: '/environ?q=%C3%A9+%2F&&=;?' },
    {
      status: 200,
      json: { QUERY_STRING: 'q=%C3%A9+%2F&&=;?' },
    },
  ),
  row('a query without a value', { target: '/environ?' }, { status: 200, json: { QUERY_STRING: '' } }),
];
