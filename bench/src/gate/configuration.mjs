// What was started, in words that mean something elsewhere too.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PEER_PYTHON } from '../stage/requirements.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The lines of a web server's file that decide who waits where. */
const TELLING = [
  /_pass |keepalive|keep_conn|_buffering|client_max_body|worker_connections|^ *server .*:/,
  /ProxyPass|WSGIDaemon|ThreadsPerChild|ServerLimit|ListenBacklog/,
];

/** The command lines on a stage, and the lines that matter of their files. @param {import('../stage/stage.mjs').Stage} stage */
export function describeConfiguration(stage) {
  const files = ['nginx.conf', 'apache.conf', 'sluice.toml'].filter((name) => existsSync(stage.path(name)));
  const lines = files.flatMap((name) => {
    const all = readFileSync(stage.path(name), 'utf8').split('\n');
    const telling =
      name === 'sluice.toml' ? all : all.filter((line) => TELLING.some((each) => each.test(line)));
    return [
      `${name}: ${telling
        .map((line) => line.trim())
        .filter(Boolean)
        .join(' ')}`,
    ];
  });
  return [...stage.commandLines(), ...lines].map((line) => anonymous(line, stage));
}

/** A text without what is only true of this machine. @param {string} line @param {import('../stage/stage.mjs').Stage} stage */
export function anonymous(line, stage) {
  return line
    .replaceAll(stage.directory, '…')
    .replaceAll(PEER_PYTHON, 'python')
    .replaceAll(process.execPath, 'node')
    .replaceAll(ROOT, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
}
