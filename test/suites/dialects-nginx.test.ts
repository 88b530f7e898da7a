// nginx in front, over SCGI and over uwsgi.
import { nginxScgi, nginxUwsgi } from '../paths/nginx-dialects.ts';
import { describePath } from './describe-path.ts';

for (const path of [...nginxScgi, ...nginxUwsgi]) describePath(path);
