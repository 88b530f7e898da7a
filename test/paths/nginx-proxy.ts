// Client -> nginx -> HTTP -> gateway.
import { behind } from './behind.ts';
import type { Path } from './path.ts';

/** nginx with `proxy_pass`, as `sluice config` says, and with request buffering off. */
export const nginxProxy: readonly Path[] = [
  nginxPath('tcp, kept connections', true, (text) => text),
  nginxPath('tcp, kept connections, request buffering off', false, (text) =>
    text.replace('proxy_buffering off;', 'proxy_buffering off;\n    proxy_request_buffering off;'),
  ),
];

function nginxPath(how: string, buffersRequests: boolean, edit: (text: string) => string): Path {
  return behind({
    name: `nginx, HTTP (${how})`,
    server: 'nginx',
    protocol: 'http',
    transport: 'tcp',
    traits: { buffersRequests, acceptsRawBytes: false, mergesSlashes: false },
    edit,
  });
}
