// Caddy in front, over FastCGI and over HTTP.
import { caddyFastCgi, caddyHttp } from '../paths/caddy.ts';
import { describePath } from './describe-path.ts';

for (const path of [caddyFastCgi, caddyHttp]) describePath(path);
