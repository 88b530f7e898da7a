// Fills the generated parts of docs/guide/paths.md: configurations as `sluice config` prints them, and what the tests
// have seen of each path.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/steps.mjs';

// The files that `sluice config` is held against, and that the web servers read in the end-to-end tests.
const GOLDEN = join(ROOT, 'packages', 'gateway', 'test', 'webserver', 'golden');

const BLOCK = /<!-- (config|paths): (.+?) -->\n[^]*?<!-- end -->/g;

/** The page with its blocks filled. */
export function fillGuide(page, records) {
  return page.replace(BLOCK, (_block, kind, name) => {
    const content = kind === 'config' ? configuration(name) : results(name, records);
    return `<!-- ${kind}: ${name} -->\n\n${content}\n\n<!-- end -->`;
  });
}

/** The paths that blocks of the page tell of. */
export function namedPaths(page) {
  return [...page.matchAll(/^- (.+): \d+ of \d+ rows/gm)].map(([, name]) => name);
}

function configuration(name) {
  const language = /nginx/.test(name) ? 'nginx' : /apache/.test(name) ? 'apache' : '';
  return `\`\`\`${language}\n${readFileSync(join(GOLDEN, name), 'utf8').trimEnd()}\n\`\`\``;
}

function results(prefix, records) {
  // "HTTP" alone stands for no longer name: those have other servers in them.
  const members = records.filter(
    ({ path }) => path === prefix || (prefix !== 'HTTP' && path.startsWith(prefix)),
  );
  if (members.length === 0) return `(Not run: ${prefix}.)`;
  return members
    .map(({ path, rows, passed, differences }) => {
      const differing = differences.length === 0 ? '' : `, ${differences.length} of them in their own way`;
      return `- ${path}: ${passed} of ${rows} rows${differing}`;
    })
    .join('\n');
}
