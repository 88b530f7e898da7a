// flup behind the gateway.
import { flupPaths } from '../paths/flup.ts';
import { describePath } from './describe-path.ts';

for (const path of flupPaths) describePath(path);
