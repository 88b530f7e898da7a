// The files of the repository that are generated from the settings and the program. Run after a build
// (`node packages/gateway/dist/cli/generated-files.js`) it writes them; a test fails when they are out of date.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settingsReference } from '../config/reference.ts';
import { configJsonSchema } from '../config/schema.ts';
import { importReference } from '../import/reference.ts';
import { cliReference } from './reference.ts';

/** Where each file is and what has to be in it. */
export function generatedFiles(): readonly { readonly path: string; readonly text: string }[] {
  const inRepository = (path: string): string =>
    fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
  return [
    { path: inRepository('docs/reference/settings.md'), text: settingsReference() },
    { path: inRepository('docs/reference/cli.md'), text: cliReference() },
    { path: inRepository('docs/reference/import.md'), text: importReference() },
    {
      path: inRepository('packages/gateway/sluice.schema.json'),
      text: `${shortArrays(JSON.stringify(configJsonSchema(), null, 2))}\n`,
    },
  ];
}

// Lists of words on one line, as the formatter of the repository writes them.
function shortArrays(json: string): string {
  return json.replace(/\[\s+("[^[\]{}]*")\s+\]/g, (_, words: string) => `[${words.replace(/,\s+/g, ', ')}]`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, text } of generatedFiles()) writeFileSync(path, text);
}
