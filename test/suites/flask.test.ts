// Flask, that of the distribution and the newest, runs unchanged.
import { join } from 'node:path';
import { EXAMPLES } from '../harness/gateway.ts';
import { describeFramework } from './frameworks.ts';

describeFramework('flask', join(EXAMPLES, 'flask_app', 'app.py'));
