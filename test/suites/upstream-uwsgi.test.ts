// uWSGI behind the gateway, by each protocol it speaks.
import { uwsgiServerPaths } from '../paths/uwsgi-server.ts';
import { describePath } from './describe-path.ts';

for (const path of uwsgiServerPaths) describePath(path);
