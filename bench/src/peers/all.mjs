import { apacheModWsgi, apacheSluice, apacheUwsgi } from './apache.mjs';
import { apacheTomcat, nginxPhp } from './context.mjs';
import { directGunicornSync, directGunicornThreads } from './direct-gunicorn.mjs';
import { directBjoern, directGranian, directWaitress } from './direct-others.mjs';
import { directSluice } from './direct-sluice.mjs';
import { directUwsgiRouter, directUwsgiSocket } from './direct-uwsgi.mjs';
import { nginxFloor } from './nginx-floor.mjs';
import { nginxFlup } from './nginx-flup.mjs';
import { nginxGunicornSync, nginxGunicornThreads } from './nginx-gunicorn.mjs';
import {
  nginxSluice,
  nginxSluiceHttp,
  nginxSluiceScgi,
  nginxSluiceUnkept,
  nginxSluiceUwsgi,
} from './nginx-sluice.mjs';
import { behindOthers } from './other-servers.mjs';
import { nginxUwsgiFastcgi, nginxUwsgiHttp, nginxUwsgiUwsgi } from './nginx-uwsgi.mjs';

/** Every peer, in the order of the rounds and of the tables. */
export const allPeers = [
  nginxSluice,
  nginxSluiceUnkept,
  nginxSluiceScgi,
  nginxSluiceUwsgi,
  nginxSluiceHttp,
  nginxUwsgiFastcgi,
  nginxUwsgiUwsgi,
  nginxUwsgiHttp,
  nginxGunicornSync,
  nginxGunicornThreads,
  nginxFlup,
  nginxPhp,
  nginxFloor,
  ...apacheSluice,
  apacheModWsgi,
  apacheUwsgi,
  apacheTomcat,
  directSluice,
  directUwsgiRouter,
  directUwsgiSocket,
  directGunicornSync,
  directGunicornThreads,
  directGranian,
  directWaitress,
  directBjoern,
  ...behindOthers,
];
