// A second gateway behind the first, over SCGI and over uwsgi.
import { relayDialects } from '../paths/relay-dialects.ts';
import { describePath } from './describe-path.ts';

for (const path of relayDialects) describePath(path);
