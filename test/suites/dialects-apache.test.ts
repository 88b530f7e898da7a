// Apache in front, over SCGI and over uwsgi.
import { apacheScgi, apacheUwsgi } from '../paths/apache-dialects.ts';
import { describePath } from './describe-path.ts';

for (const path of [apacheScgi, apacheUwsgi]) describePath(path);
