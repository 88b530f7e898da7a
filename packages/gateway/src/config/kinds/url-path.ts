// Paths of URLs: where an application is mounted, and which requests a route takes.
import { stringKind, type ValueKind } from './kind.ts';

/** A mount point such as "/app": begins with a slash, does not end with one. "/" is the root and becomes "". */
export const mountPath: ValueKind<string> = stringKind(
  'path',
  'a URL path that begins with "/", such as "/app"',
  ['/app'],
  (text) => {
    if (!text.startsWith('/')) return { reason: 'it does not begin with "/"' };
    if (hasDubiousPart(text))
      return { reason: 'it contains "?", "#", "//", "." or ".." parts, or control characters' };
    return { value: text.replace(/\/$/, '') };
  },
);

/** The path prefix of a route. A trailing slash matters: "/reports/" does not take "/reports". */
export const pathPrefix: ValueKind<string> = stringKind(
  'path',
  'a URL path that begins with "/", such as "/reports/"',
  ['/reports/'],
  (text) => {
    if (!text.startsWith('/')) return { reason: 'it does not begin with "/"' };
    if (hasDubiousPart(text))
      return { reason: 'it contains "?", "#", "//", "." or ".." parts, or control characters' };
    return { value: text };
  },
);

// A request path never contains these once it has been normalised, so a prefix with them would match nothing.
function hasDubiousPart(path: string): boolean {
  return /[?# \p{Cc}]|\/\//u.test(path) || /\/\.\.?(?:\/|$)/.test(path);
}
