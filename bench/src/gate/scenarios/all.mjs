import { crowd } from './crowd.mjs';
import { gigabyte } from './gigabyte.mjs';
import { headOfLine } from './head-of-line.mjs';
import { million } from './million.mjs';
import { overload } from './overload.mjs';
import { slowClients } from './slow-clients.mjs';
import { turnover } from './turnover.mjs';

/** Every scenario, in the order of the page. @type {readonly import('./scenario.mjs').Scenario[]} */
export const allScenarios = [headOfLine, overload, crowd, slowClients, turnover, million, gigabyte];
