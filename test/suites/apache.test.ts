// Apache in front, over FastCGI and over HTTP.
import { apacheProxyFcgi, apacheProxyHttp } from '../paths/apache-proxy.ts';
import { describePath } from './describe-path.ts';

for (const path of [...apacheProxyFcgi, apacheProxyHttp]) describePath(path);
