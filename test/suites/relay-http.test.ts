// A second gateway behind the first, over HTTP.
import { relayHttp } from '../paths/relay-http.ts';
import { describePath } from './describe-path.ts';

for (const path of relayHttp) describePath(path);
