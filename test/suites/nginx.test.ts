// nginx in front, in every way it can be set up.
import { nginxFastCgi } from '../paths/nginx-fastcgi.ts';
import { nginxProxy } from '../paths/nginx-proxy.ts';
import { twoNginx } from '../paths/two-nginx.ts';
import { describePath } from './describe-path.ts';

for (const path of [...nginxFastCgi, ...nginxProxy, twoNginx]) describePath(path);
