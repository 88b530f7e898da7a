// The one rule by which request headers become CGI variables (RFC 3875 section 4.1.18), for every front that gets headers.

/** Header names that become variables; anything else could be mistaken for another one (`X_Name` for `X-Name`). */
const SAFE_NAME = /^[A-Za-z0-9-]+$/;

/** Clients use few header names, so what becomes of one is kept; hostile ones may not fill memory. */
const REMEMBERED_MAX = 256;
const remembered = new Map<string, string>();

/**
 * Adds a header. One that occurs more than once is joined, cookies by semicolons; unsafe names, and `Proxy`, which would
 * pass for the HTTP_PROXY of the environment, are left out. Returns the variable, empty for a header that becomes none.
 */
export function addHeader(variables: Map<string, string>, header: string, value: string): string {
  const variable = headerVariable(header);
  if (variable === '') return '';
  const before = variables.get(variable);
  if (before === undefined) variables.set(variable, value);
  else if (variable === 'HTTP_COOKIE') variables.set(variable, `${before}; ${value}`);
  else if (variable.startsWith('HTTP_')) variables.set(variable, `${before}, ${value}`);
  return variable;
}

/** Whether a header of that name becomes a variable, `Proxy` left aside. */
export function isSafeName(header: string): boolean {
  return SAFE_NAME.test(header);
}

/** The variable that a header would be if its name were taken as it is: what an unsafe name is mistaken for. */
export function mistakenVariable(header: string): string {
  return variableName(header.toUpperCase().replace(/[^A-Z0-9]/g, '_'));
}

/** The variable of a header; empty for one that becomes none. */
function headerVariable(header: string): string {
  const known = remembered.get(header);
  if (known !== undefined) return known;
  const name = header.toUpperCase().replaceAll('-', '_');
  const variable = !SAFE_NAME.test(header) || name === 'PROXY' ? '' : variableName(name);
  if (remembered.size < REMEMBERED_MAX) remembered.set(header, variable);
  return variable;
}

function variableName(name: string): string {
  return name === 'CONTENT_TYPE' || name === 'CONTENT_LENGTH' ? name : `HTTP_${name}`;
}
