const SMALL_AND_LARGE = ['hello', 'echo', 'download'];

/** @type {readonly import('./peer.mjs').Path[]} */
export const allPaths = [
  {
    name: 'nginx',
    title: 'behind nginx',
    baseline: 'uwsgi-fastcgi',
    goals: ['hello', 'echo', 'stream', 'download', 'huge', 'flood'],
  },
  { name: 'apache', title: 'behind Apache', baseline: 'mod_wsgi', goals: ['hello'] },
  { name: 'direct', title: 'HTTP without a web server', baseline: 'uwsgi-http', goals: ['hello'] },
  {
    name: 'lighttpd',
    title: 'behind lighttpd',
    baseline: 'uwsgi-fastcgi',
    goals: [],
    workloads: SMALL_AND_LARGE,
  },
  { name: 'haproxy', title: 'behind HAProxy', baseline: 'uwsgi-http', goals: [], workloads: SMALL_AND_LARGE },
  { name: 'caddy', title: 'behind Caddy', baseline: 'uwsgi-fastcgi', goals: [], workloads: SMALL_AND_LARGE },
];
