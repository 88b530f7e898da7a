// The flags of a command, derived from the table of settings.
import { Option, type Command } from 'commander';
import type { FlagValues } from '../config/overrides.ts';
import { protocolNames } from '../config/protocols.ts';
import { plain } from '../config/schema.ts';
import { variableName, type Setting } from '../config/setting.ts';
import { listenProtocols, namedSettings, type NamedSetting } from '../config/settings/index.ts';
import type { ListenProtocol } from '../config/types.ts';

/** Adds `--config`, a flag for every protocol, and one for every setting that has a flag. */
export function addSettingOptions(command: Command): void {
  command.option(
    '--config <path>',
    'read settings from this file (default: ./sluice.toml if there is one and no application is named, env: SLUICE_CONFIG)',
  );
  for (const protocol of listenProtocols) command.addOption(protocolOption(protocol));
  for (const named of namedSettings) {
    if (named.setting.only === 'argument') continue;
    command.addOption(settingOption(named));
    if (named.setting.kind.placeholder === null) command.addOption(oppositeOption(named));
  }
}

/** What the user gave, by flag without dashes. Options that are no settings are in it as well. */
export function readFlags(command: Command): FlagValues {
  const values: Record<string, FlagValues[string]> = {};
  const given = command.opts<Record<string, FlagValues[string]>>();
  for (const option of command.options) {
    if (option.negate || option.long === undefined || option.long === null) continue;
    values[option.long.slice('--'.length)] = given[option.attributeName()];
  }
  return values;
}

function protocolOption(protocol: ListenProtocol): Option {
  const initial = protocol === 'http' ? 'default: 127.0.0.1:8000 if there is no other listener, ' : '';
  return new Option(
    `--${protocol} <address>`,
    `listen for ${protocolNames[protocol]}; may be repeated (${initial}env: ${variableName(protocol)})`,
  )
    .argParser(append)
    .helpGroup('Settings of [[listen]]:');
}

function settingOption({ flag, variable, section, setting }: NamedSetting): Option {
  const { placeholder, repeats } = setting.kind;
  const notes = [
    ...(repeats ? ['may be repeated'] : []),
    `default: ${describeDefault(setting)}`,
    ...(variable === null ? [] : [`env: ${variable}`]),
  ];
  const name = placeholder === null ? `--${flag}` : `--${flag} <${placeholder}>`;
  const option = new Option(name, `${firstSentence(plain(setting.prose))} (${notes.join(', ')})`);
  if (repeats) option.argParser(append);
  return option.helpGroup(`Settings of ${section.header.replace('NAME', 'default')}:`);
}

// Turns off what the file or the environment has turned on.
function oppositeOption({ flag }: NamedSetting): Option {
  return new Option(`--no-${flag}`).hideHelp();
}

function append(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** The default of a setting in a few words. */
function describeDefault({ fallback }: Setting<unknown>): string {
  switch (fallback.state) {
    case 'value':
      return typeof fallback.toml === 'object' ? 'none' : String(fallback.toml);
    case 'required':
      return 'none';
    case 'computed':
    case 'none':
      return plain(fallback.prose);
  }
}

/** What a setting is in short: up to a full stop, or to a colon behind more than the name of what it is about. */
function firstSentence(prose: string): string {
  const sentence = prose.split(/(?<=[^ ]{2}\.)\s|(?<=^.{24,}[^ ]{2}:)\s/)[0] ?? prose;
  return sentence.replace(/[.:]$/, '');
}
