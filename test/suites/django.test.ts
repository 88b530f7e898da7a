// Django, that of the distribution and the newest, runs unchanged.
import { join } from 'node:path';
import { EXAMPLES } from '../harness/gateway.ts';
import { describeFramework } from './frameworks.ts';

describeFramework('django', join(EXAMPLES, 'django_app', 'app.py'));
