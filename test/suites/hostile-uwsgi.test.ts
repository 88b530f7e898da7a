// Hostile web servers on a uwsgi listener.
import { uwsgiRows } from '../cases/hostile/dialects.ts';
import { uwsgi } from '../harness/hostile/speak-dialects.ts';
import { describeHostile } from './describe-hostile.ts';

describeHostile(uwsgi, uwsgiRows);
