// Several path prefixes.
import * as z from 'zod/mini';
import type { ValueKind } from './kind.ts';
import { pathPrefix } from './url-path.ts';

/** A list of path prefixes such as `["/export/", "/reports/"]`. */
export const pathList: ValueKind<readonly string[]> = {
  schema: z.array(pathPrefix.schema),
  allowed: 'a list of URL paths that begin with "/", such as ["/export/", "/reports/"]',
  placeholder: 'path',
  repeats: true,
  fromWords: (words) => [...words],
};
