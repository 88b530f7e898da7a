// Apache in front, over AJP, by both of its modules.
import { tableOf } from '../paths/ajp-differences.ts';
import { apacheJk, apacheProxyAjp } from '../paths/apache-ajp.ts';
import { describePath } from './describe-path.ts';

for (const path of [...apacheProxyAjp, ...apacheJk]) describePath(path, tableOf(path));
