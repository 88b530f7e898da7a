// gunicorn behind the gateway.
import { gunicornPaths } from '../paths/gunicorn.ts';
import { describePath } from './describe-path.ts';

for (const path of gunicornPaths) describePath(path);
