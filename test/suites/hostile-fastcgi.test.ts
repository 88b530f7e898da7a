// Hostile web servers on a FastCGI listener.
import { fastcgiRows } from '../cases/hostile/fastcgi.ts';
import { fastcgi } from '../harness/hostile/speak-fastcgi.ts';
import { describeHostile } from './describe-hostile.ts';

describeHostile(fastcgi, fastcgiRows);
