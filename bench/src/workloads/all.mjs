import { download } from './download.mjs';
import { echo } from './echo.mjs';
import { hello } from './hello.mjs';
import { huge } from './huge.mjs';
import { page } from './page.mjs';
import { flood, form, upload } from './post.mjs';
import { stream } from './stream.mjs';
import { variables } from './variables.mjs';
import { compute, sleep10, sleep100 } from './waiting.mjs';

/** Every workload, in the order of the tables. */
export const allWorkloads = [
  hello,
  page,
  variables,
  form,
  upload,
  echo,
  stream,
  download,
  huge,
  flood,
  sleep10,
  sleep100,
  compute,
];
