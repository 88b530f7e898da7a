/** @type {readonly import('./peer.mjs').Path[]} */
export const allPaths = [
  { name: 'nginx', title: 'behind nginx', baseline: 'uwsgi-fastcgi' },
  { name: 'direct', title: 'HTTP without a web server', baseline: 'uwsgi-http' },
];
