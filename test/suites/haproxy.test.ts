// HAProxy in front, over FastCGI and over HTTP, plain and with the PROXY protocol.
import { haproxyFastCgi, haproxyHttp, haproxyProxyProtocol } from '../paths/haproxy.ts';
import { describePath } from './describe-path.ts';

for (const path of [...haproxyFastCgi, haproxyHttp, ...haproxyProxyProtocol]) describePath(path);
