// nginx in front, over FastCGI, in every way it can be set up.
import { nginxFastCgi } from '../paths/nginx-fastcgi.ts';
import { describePath } from './describe-path.ts';

for (const path of nginxFastCgi) describePath(path);
