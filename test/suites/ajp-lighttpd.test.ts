// lighttpd in front, over AJP.
import { lighttpdAjp } from '../paths/lighttpd-ajp.ts';
import { describePath } from './describe-path.ts';

for (const path of lighttpdAjp) describePath(path);
