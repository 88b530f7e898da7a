// lighttpd in front, over FastCGI and over HTTP.
import { lighttpdPaths } from '../paths/lighttpd.ts';
import { describePath } from './describe-path.ts';

for (const path of lighttpdPaths) describePath(path);
