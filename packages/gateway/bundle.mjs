// Bundles the command line with all it needs into a few files in dist/bundle, and the licenses of what is in them: Node
// takes about a millisecond for each file it loads, and there would be 500 before the first answer.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const OUTPUT = 'dist/bundle';
/** CommonJS that was bundled asks for what Node brings with it by `require`, which a module does not have. */
const REQUIRE = `import { createRequire as $makeRequire } from 'node:module'; const require = $makeRequire(import.meta.url);`;

rmSync(OUTPUT, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { main: 'src/cli/main.ts', 'gateway-process': 'src/gateways/gateway-process.ts' },
  outdir: OUTPUT,
  bundle: true,
  // What is imported when it is needed stays in a file of its own.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE },
  metafile: true,
  logLevel: 'warning',
});

const packages = new Set(
  Object.keys(metafile.inputs).flatMap((path) => path.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []),
);
writeFileSync(join(OUTPUT, 'LICENSES.txt'), [...packages].map(licenseOf).toSorted().join('\n\n'));

function licenseOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[sc]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} ${version} has no license to ship with the bundle`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
}
