// [[static]]: files that are sent without the application.
import { fileName, headerValue } from '../kinds/files.ts';
import { text, toggle } from '../kinds/scalar.ts';
import { pathPrefix } from '../kinds/url-path.ts';
import type { SettingsOf } from '../setting.ts';
import type { StaticConfig } from '../types.ts';

/** The settings of each `[[static]]`. They are set in the file only. */
export const staticSettings: SettingsOf<StaticConfig> = {
  path: {
    key: 'path',
    kind: pathPrefix,
    fallback: { state: 'required' },
    flag: null,
    prose:
      'Requests whose path begins with this are answered from the directory; the longest such path wins, those of routes included.',
  },
  directory: {
    key: 'directory',
    kind: text('path', 'the path of a directory', ['/srv/mysite/static']),
    fallback: { state: 'required' },
    flag: null,
    prose: 'Where the files are. What follows `path` in the URL is the path of the file in it.',
  },
  index: {
    key: 'index',
    kind: fileName,
    fallback: { state: 'none', prose: 'directories are not found' },
    flag: null,
    prose: 'The file that is sent for a directory.',
  },
  cacheControl: {
    key: 'cache_control',
    kind: headerValue,
    fallback: { state: 'none', prose: 'the header is not sent' },
    flag: null,
    prose: 'The header `Cache-Control` of every file.',
  },
  isPrecompressed: {
    key: 'precompressed',
    kind: toggle,
    fallback: { state: 'value', toml: true },
    flag: null,
    prose:
      'Send `app.css.br` or `app.css.gz` where `app.css` is asked for, if there is one and the client accepts it.',
  },
};
