// Caddy in front, over FastCGI and over HTTP.
import { caddyPaths } from '../paths/caddy.ts';
import { describePath } from './describe-path.ts';

for (const path of caddyPaths) describePath(path);
