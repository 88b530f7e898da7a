// Makes the variables of a request as they go to a server: what the configuration adds, and what php-fpm needs. Pure.

import type { Variables } from '../../exchange/variables.ts';
import { UpstreamFailure } from './failure.ts';

/** What is added to the variables of a request. */
export interface VariableRules {
  /** Values may name others: `{path}` is the whole path, decoded, and `{QUERY_STRING}` that variable. */
  readonly params: Readonly<Record<string, string>>;
  /** The directory with the scripts, as the server sees it, without a slash at its end; null: there are no scripts. */
  readonly documentRoot: string | null;
  /** The script that answers where the path names none: in the root, or in the directory of the mount point. */
  readonly index: string;
}

/** Those that every CGI program may ask for (RFC 3875 section 4.1), with their values where nothing is known. */
const ALWAYS: readonly (readonly [name: string, value: string])[] = [
  ['GATEWAY_INTERFACE', 'CGI/1.1'],
  ['SERVER_PROTOCOL', 'HTTP/1.1'],
  ['REQUEST_METHOD', 'GET'],
  ['QUERY_STRING', ''],
  ['SERVER_NAME', 'localhost'],
  ['SERVER_PORT', '80'],
];

/** What makes the variables of requests by those rules. It throws an `UpstreamFailure` where no script can be meant. */
export function variablesBy(rules: VariableRules): (variables: Variables) => Variables {
  const params = Object.entries(rules.params);
  return (received) => {
    const variables = received.joined();
    const changes: Record<string, string> = {};
    for (const [name, value] of ALWAYS) if (variables.get(name) === undefined) changes[name] = value;
    if (rules.documentRoot !== null)
      Object.assign(changes, scriptVariables(rules.documentRoot, rules.index, variables));
    for (const [name, template] of params) changes[name] = fill(template, variables);
    return Object.keys(changes).length === 0 ? variables : variables.with(changes);
  };
}

/** The whole path of a request, decoded. */
function wholePath(variables: Variables): string {
  return `${variables.get('SCRIPT_NAME') ?? ''}${variables.get('PATH_INFO') ?? ''}`;
}

function fill(template: string, variables: Variables): string {
  return template.replace(/\{(\w+)\}/g, (_placeholder, name: string) =>
    name === 'path' ? wholePath(variables) : (variables.get(name) ?? ''),
  );
}

/**
 * The script a path means: up to the first part that ends in `.php`, and what follows is PATH_INFO. Any other path is
 * answered by the index of the root, or of the mount point below it, as front controllers want it.
 */
function scriptVariables(root: string, index: string, variables: Variables): Record<string, string> {
  const path = wholePath(variables);
  // Where the path climbs, or holds what a file system reads in its own way, no script is meant.
  if (/(^|\/)\.\.?(\/|$)|[\0\\]/.test(path)) {
    throw new UpstreamFailure('SLUICE_BAD_REQUEST', 'the path has parts "." or "..", or a backslash');
  }
  const script = /^.*?\.php(?=\/|$)/s.exec(path)?.[0];
  const mount = variables.get('SCRIPT_NAME') ?? '';
  const name = script ?? `${mount}/${index}`;
  const rest = path.slice(script === undefined ? mount.length : script.length);
  const info = script === undefined && rest === '/' ? '' : rest;
  return {
    DOCUMENT_ROOT: root,
    SCRIPT_FILENAME: `${root}${name}`,
    SCRIPT_NAME: name,
    PATH_INFO: info,
    DOCUMENT_URI: `${name}${info}`,
    ...(info !== '' && { PATH_TRANSLATED: `${root}${info}` }),
    // cgi.force_redirect of PHP asks for it.
    REDIRECT_STATUS: '200',
  };
}
