// The plain part of the table with the application under the checks of the standard library's WSGI validator.
import { plainCases } from '../cases/all.ts';
import { directHttp } from '../paths/direct-http.ts';
import { nginxFastCgi } from '../paths/nginx-fastcgi.ts';
import { describePath } from './describe-path.ts';

for (const path of [directHttp, ...nginxFastCgi.slice(0, 1)]) {
  describePath(path, plainCases, { target: 'validated:application' }, `wsgiref.validate over ${path.name}`);
}
