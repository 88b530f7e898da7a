// Decides SCRIPT_NAME and PATH_INFO. Pure: every web server cuts the path in its own way, here it comes out one way.

/** What the web server said about the path; latin-1 strings, undefined where it sent nothing. */
export interface RequestPath {
  /** REQUEST_URI: as the client sent it, with the query, undecoded. */
  readonly requestUri: string | undefined;
  readonly scriptName: string | undefined;
  readonly pathInfo: string | undefined;
  /** SERVER_SOFTWARE; only looked at where SCRIPT_NAME is believed. */
  readonly software?: string | undefined;
}

/** Where an application is, as its listener knows. */
export interface Place {
  /** The mount point, with a leading and without a trailing slash; empty or null for none. */
  readonly mount: string | null;
  /**
   * Without a mount point, SCRIPT_NAME is where the application is, also if the web server sends no PATH_INFO; unless that
   * is one which knows no scripts.
   */
  readonly isScriptNameBelieved: boolean;
}

/** Where the application is, and what was asked of it. */
export interface SplitPath {
  /** Empty, or begins with a slash and does not end with one. */
  readonly scriptName: string;
  /** Begins with a slash, or is empty if `scriptName` is not. */
  readonly pathInfo: string;
}

/**
 * Splits the path for a WSGI application.
 *
 * With a mount point, SCRIPT_NAME is the mount point and PATH_INFO what follows it in REQUEST_URI; null if the path is not
 * under it. Without one, a PATH_INFO is taken as it comes. A web server that sends none has put the whole path into
 * SCRIPT_NAME, as it would for a script: unless SCRIPT_NAME is to be believed nothing here is a script, so all of it is
 * PATH_INFO. The same holds for an empty PATH_INFO if SCRIPT_NAME is the whole path of REQUEST_URI.
 */
export function splitPath(path: RequestPath, { mount, isScriptNameBelieved }: Place): SplitPath | null {
  if (mount) {
    // A web server may have matched its location after it merged slashes; then only its own words are under the mount.
    const candidates = [
      decodedPath(path.requestUri ?? ''),
      resolveDots(`${path.scriptName ?? ''}${path.pathInfo ?? ''}`),
    ];
    const whole = candidates.find((candidate) => isUnder(candidate, mount));
    return whole === undefined ? null : { scriptName: mount, pathInfo: whole.slice(mount.length) };
  }
  const { requestUri, scriptName = '', pathInfo, software = '' } = path;
  if (pathInfo) return tidy(scriptName, pathInfo);
  if (scriptName === '') return tidy('', decodedPath(requestUri ?? '/'));
  const isPath = pathInfo === undefined && withoutScripts.test(software);
  if (isScriptNameBelieved && !isPath) return tidy(scriptName, pathBelow(scriptName, requestUri ?? ''));
  if (pathInfo === undefined || decodedPath(requestUri ?? '') === scriptName) return tidy('', scriptName);
  return tidy(scriptName, '');
}

/** Web servers that call any path a script, unless they are told otherwise: then they send a PATH_INFO, if an empty one. */
const withoutScripts = /^(?:nginx|freenginx|openresty|tengine|angie|caddy|haproxy)\b/i;

// Where the web server has rewritten the path, REQUEST_URI does not begin with the script.
function pathBelow(scriptName: string, requestUri: string): string {
  const whole = decodedPath(requestUri);
  return isUnder(whole, scriptName) ? whole.slice(scriptName.length) : '';
}

/** Whether a decoded path is a prefix itself or lies below it; `/apple` is not under `/app`. */
export function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return path.length === prefix.length || prefix.endsWith('/') || path[prefix.length] === '/';
}

/** The path of a request target, without scheme, authority and query, percent-decoded to latin-1. */
export function decodedPath(requestUri: string): string {
  const end = requestUri.search(/[?#]/);
  const path = (end < 0 ? requestUri : requestUri.slice(0, end)).replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  return resolveDots(percentDecode(path));
}

/**
 * Resolves `.` and `..` (RFC 3986 section 5.2.4), so that no route or mount point can be reached or left by them. A path
 * that climbs out of the root begins with `/../` afterwards. Double slashes stay: they may mean something.
 */
function resolveDots(path: string): string {
  if (!/\/\.\.?(?:\/|$)/.test(path)) return path;
  const kept: string[] = [];
  const [first = '', ...segments] = path.split('/');
  for (const segment of segments) {
    if (segment === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  const isDirectory = ['.', '..'].includes(segments.at(-1) ?? '');
  return [first, ...kept, ...(isDirectory ? [''] : [])].join('/');
}

/** Replaces each `%XX` by the character with that number, 0 to 255; anything else stays as it is. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-f]{2})/gi, (_escape, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  );
}

/**
 * Brings both into the shape that PEP 3333 and its validator ask for. Dots are resolved here, too: HAProxy passes them on
 * as they come.
 */
function tidy(scriptName: string, pathInfo: string): SplitPath {
  const script = rooted(scriptName.endsWith('/') ? scriptName.replace(/\/+$/, '') : scriptName);
  const info = resolveDots(rooted(pathInfo));
  return { scriptName: script, pathInfo: script === '' && info === '' ? '/' : info };
}

function rooted(path: string): string {
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}
