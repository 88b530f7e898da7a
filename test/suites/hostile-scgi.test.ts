// Hostile web servers on an SCGI listener.
import { scgiRows } from '../cases/hostile/dialects.ts';
import { scgi } from '../harness/hostile/speak-dialects.ts';
import { describeHostile } from './describe-hostile.ts';

describeHostile(scgi, scgiRows);
