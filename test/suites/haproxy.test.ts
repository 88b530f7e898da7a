// HAProxy in front, over FastCGI and over HTTP.
import { haproxyFastCgi, haproxyHttp } from '../paths/haproxy.ts';
import { describePath } from './describe-path.ts';

for (const path of [...haproxyFastCgi, haproxyHttp]) describePath(path);
