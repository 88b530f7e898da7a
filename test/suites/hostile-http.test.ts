// Hostile clients on an HTTP listener.
import { httpRows } from '../cases/hostile/http.ts';
import { http } from '../harness/hostile/speak-http.ts';
import { describeHostile } from './describe-hostile.ts';

describeHostile(http, httpRows);
