import { nginxKept } from '../servers.mjs';
import { smallRequests } from '../loads.mjs';

/** @type {import('../axis.mjs').Axis} */
export const processes = {
  name: 'processes',
  title: 'Processes',
  unit: 'processes',
  about: 'Hello world behind nginx by FastCGI, 32 connections, with more and more Python processes.',
  values: { quick: [1, 8], short: [1, 2, 4, 8], full: [1, 2, 4, 8] },
  start: (stage, value) => nginxKept(stage, value),
  load: ({ url, ...place }) => smallRequests(url, 32, place),
};
