// A site of nginx that passes everything on, by any of its modules.
import { shippedWithNginx } from './nginx.ts';

/** What stands before `_pass` in the directives of a module. */
export type NginxModule = 'fastcgi' | 'scgi' | 'uwsgi' | 'proxy';

/** How a site is set up. */
export interface NginxSite {
  readonly port: number;
  readonly module: NginxModule;
  /** `unix:/path` or `127.0.0.1:port`. */
  readonly upstream: string;
  /** A `keepalive` pool, and what the module needs for one. SCGI and uwsgi have none. */
  readonly keepsConnections: boolean;
  /** `fastcgi_request_buffering` and its like. */
  readonly buffersRequests: boolean;
}

/** The part of the `http` block for a site. */
export function nginxSite({ port, module, upstream, keepsConnections, buffersRequests }: NginxSite): string {
  return `
  upstream gateway {
    server ${upstream};
    ${keepsConnections ? 'keepalive 8;' : ''}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      ${module}_pass ${module === 'proxy' ? 'http://' : ''}gateway;
      ${moduleLines(module, keepsConnections).join('\n      ')}
      ${module}_request_buffering ${buffersRequests ? 'on' : 'off'};
      ${module}_buffer_size 128k;
      ${module}_buffers 4 128k;
    }
  }`;
}

function moduleLines(module: NginxModule, keepsConnections: boolean): string[] {
  if (module !== 'proxy') {
    const keep = module === 'fastcgi' ? [`fastcgi_keep_conn ${keepsConnections ? 'on' : 'off'};`] : [];
    return [`include ${shippedWithNginx(`${module}_params`)};`, ...keep];
  }
  return [
    'proxy_http_version 1.1;',
    `proxy_set_header Connection ${keepsConnections ? '""' : 'close'};`,
    'proxy_set_header Host $http_host;',
  ];
}
