// lighttpd in front, over AJP.
import { tableOf } from '../paths/ajp-differences.ts';
import { lighttpdAjp } from '../paths/lighttpd-ajp.ts';
import { describePath } from './describe-path.ts';

for (const path of lighttpdAjp) describePath(path, tableOf(path));
