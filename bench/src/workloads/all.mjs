import { download } from './download.mjs';
import { echo } from './echo.mjs';
import { hello } from './hello.mjs';
import { page } from './page.mjs';
import { stream } from './stream.mjs';
import { variables } from './variables.mjs';

/** Every workload, in the order of the tables. */
export const allWorkloads = [hello, page, variables, stream, download, echo];
