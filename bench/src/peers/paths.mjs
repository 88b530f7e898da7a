/** @type {readonly import('./peer.mjs').Path[]} */
export const allPaths = [
  { name: 'nginx', title: 'behind nginx', baseline: 'uwsgi-fastcgi' },
  { name: 'apache', title: 'behind Apache', baseline: 'mod_wsgi' },
  { name: 'direct', title: 'HTTP without a web server', baseline: 'uwsgi-http' },
];
