// [reply]: replies on their way to the client.
import { directoryTable } from '../kinds/directories.ts';
import { size } from '../kinds/quantity.ts';
import { choice, toggle } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { ReplyConfig } from '../types.ts';

/** The settings of `[reply]`. */
export const replySettings: SettingsOf<ReplyConfig> = {
  memoryBytes: {
    key: 'memory',
    kind: size('0B', '1GiB'),
    fallback: { state: 'value', toml: '1MiB' },
    flag: 'reply-memory',
    prose:
      'Of a reply that its client takes slowly, up to this size waits in memory, and the rest in a file, so that no thread of the application waits with it.',
  },
  totalMemoryBytes: {
    key: 'memory_total',
    kind: size('0B', '1TiB'),
    fallback: { state: 'value', toml: '64MiB' },
    flag: 'reply-memory-total',
    prose: 'The same for all replies together; beyond it they wait in files.',
  },
  maxBytes: {
    key: 'max',
    kind: size('0B', '1024TiB'),
    fallback: { state: 'value', toml: '1GiB' },
    flag: 'reply-max',
    prose:
      'Up to this size a reply waits in its file, in `body.spool_directory`; then the application is slowed down to the pace of the client. `0B` turns the files off.',
  },
  areFilesOffloaded: {
    key: 'files',
    kind: toggle,
    fallback: { state: 'value', toml: true },
    flag: 'reply-files',
    prose:
      'Files of 64 KiB and more that the application returns by `wsgi.file_wrapper` are opened and sent by the gateway, and the thread of the application is free at once. Turn it off if the application removes such files in `close()`, or if the gateway may read files that the application may not.',
  },
  sendfile: {
    key: 'sendfile',
    kind: choice(['strip', 'pass', 'serve']),
    fallback: { state: 'value', toml: 'strip' },
    flag: 'sendfile',
    prose:
      'What becomes of `X-Sendfile`, `X-LIGHTTPD-send-file` and `X-Accel-Redirect` in a reply: `strip` removes them, `pass` leaves them to a web server that sends the file, `serve` lets the gateway send it.',
  },
  sendfileDirectories: {
    key: 'sendfile_directories',
    kind: directoryTable,
    fallback: { state: 'value', toml: {} },
    flag: 'sendfile-directory',
    prose:
      'For `sendfile = "serve"`: the directories that files are sent from, each with the URL path that `X-Accel-Redirect` knows it by; `X-Sendfile` names the files themselves. Nothing outside of them is sent, links or not.',
  },
};
