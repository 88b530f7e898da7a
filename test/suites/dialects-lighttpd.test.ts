// lighttpd in front, over SCGI and over uwsgi.
import { lighttpdScgi, lighttpdUwsgi } from '../paths/lighttpd-dialects.ts';
import { describePath } from './describe-path.ts';

for (const path of [lighttpdScgi, lighttpdUwsgi]) describePath(path);
