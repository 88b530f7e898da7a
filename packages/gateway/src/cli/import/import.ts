// `sluice import`: prints the sluice.toml for the configuration of another server.
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ConfigError, type FlagValues } from '../../config/index.ts';
import { readConfigText } from '../../config/file.ts';
import type { Draft } from '../../import/draft.ts';
import { describeFinding, renderDraft } from '../../import/render.ts';
import { ImportError, type Source, type SourceFile } from '../../import/source.ts';
import { sourceOfName, sources } from '../../import/sources.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { readPythonFile } from './read-python.ts';

/** Prints it on standard output, and on standard error what has not become the same. */
export async function importConfig(
  name: string,
  target: string | undefined,
  flags: FlagValues,
  context: CliContext,
): Promise<ExitCode> {
  try {
    const file = readSourceFile(name, context.directory);
    const source = chooseSource(name, flags['from']);
    const draft = await source.read(file, {
      coresCount: context.coresCount,
      readPython: (path) => readPythonFile(path, flags, context),
      isPythonRun: flags['run'] === true,
    });
    if (target !== undefined) nameTarget(draft, target);
    context.stdout.write(renderDraft(draft, basename(file.name), source.name));
    return tell(draft, flags['strict'] === true, context);
  } catch (error) {
    if (!(error instanceof ImportError || error instanceof ConfigError)) throw error;
    context.stderr.write(`sluice: ${error.message.replaceAll('\n', '\nsluice: ')}\n`);
    return exitCodes.usage;
  }
}

function nameTarget(draft: Draft, target: string): void {
  const app = draft.at('app');
  app.set('target', target);
  if (app.get('target') === undefined)
    throw new ImportError(`the target ${JSON.stringify(target)} is not possible`);
}

function chooseSource(name: string, from: FlagValues[string]): Source {
  const keys = sources.map(({ key }) => key).join(', ');
  if (typeof from !== 'string') {
    const found = sourceOfName(basename(name));
    if (found === undefined)
      throw new ImportError(`${name}: its name does not say whose it is; give --from ${keys}`);
    return found;
  }
  const found = sources.find(({ key }) => key === from);
  if (found === undefined)
    throw new ImportError(`--from: ${JSON.stringify(from)} is not known; there are ${keys}`);
  return found;
}

/** The file, and the section that may stand behind a colon in its name. */
function readSourceFile(words: string, directory: string): SourceFile {
  const [, withoutSection = words, section = null] = existsSync(resolve(directory, words))
    ? []
    : (/^(.+):([^:/]+)$/.exec(words) ?? []);
  const path = resolve(directory, withoutSection);
  return { name: withoutSection, path, text: readConfigText(withoutSection, path), section };
}

function tell(draft: Draft, isStrict: boolean, { stderr }: CliContext): ExitCode {
  const findings = draft.findings().filter(({ fate }) => fate === 'lost' || fate === 'differs');
  for (const finding of findings) {
    const what = finding.fate === 'lost' ? 'not carried over' : 'differs';
    stderr.write(`${what.padEnd(18)}${describeFinding(finding)}\n`);
  }
  const lostCount = findings.filter(({ fate }) => fate === 'lost').length;
  return isStrict && lostCount > 0 ? exitCodes.incomplete : exitCodes.ok;
}
