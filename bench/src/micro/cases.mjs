import { ajp } from './ajp.mjs';
import { build } from './build.mjs';
import { parse } from './parse.mjs';
import { server } from './server.mjs';
import { variables } from './variables.mjs';
import { wire } from './wire.mjs';

/** Every case, in the order of the table. @type {readonly import('./run.mjs').Case[]} */
export const allCases = [...parse, ...build, ...variables, ...server, ...ajp, ...wire];
