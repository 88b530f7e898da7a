// The reference page of the settings, from their table.
import { variableName, type Setting } from './setting.ts';
import { listenProtocols, sections, type Section } from './settings/index.ts';

/** docs/reference/settings.md. */
export function settingsReference(): string {
  return [introduction, ...sections.map(describeSection)].join('\n\n') + '\n';
}

const introduction = `<!-- Generated from packages/gateway/src/config/settings. Do not edit. -->

# Settings

Settings are read from \`sluice.toml\`, from environment variables and from flags. A flag wins over an environment
variable, that over the file, and that over the default. A key that does not exist is an error, and so is a value
that is not possible; all of them are reported at once, each with the place it was written at.

- A **duration** is a number with its unit in quotes: \`"250ms"\`, \`"5s"\`, \`"10m"\`, \`"1h"\`.
- A **size** is a number with its unit in quotes: \`"128KiB"\`, \`"10MB"\`, \`"1GiB"\`. KiB counts in 1024, kB in 1000.
- A relative **path** in the file begins at the directory of the file; on the command line and in the environment at the
  current directory.
- An environment variable for something that may be repeated separates the values by commas. A switch such as
  \`--debug\` is turned off by \`--no-debug\`, or by \`false\` in the environment.

Editors that understand JSON Schema complete and check the file with
[sluice.schema.json](../../packages/gateway/sluice.schema.json).`;

function describeSection(section: Section): string {
  const listeners = section.name === 'listen' ? [`${listenerFlags()}`] : [];
  return [
    `## \`${section.header}\``,
    section.prose,
    ...listeners,
    ...section.settings.map((setting) => describeSetting(setting)),
  ].join('\n\n');
}

function listenerFlags(): string {
  const flags = listenProtocols.map(
    (protocol) => `\`--${protocol} ADDRESS\` (\`${variableName(protocol)}\`)`,
  );
  return `Flags: ${flags.join(', ')}, each as often as needed.`;
}

function describeSetting(setting: Setting<unknown>): string {
  const facts = [
    `- Value: ${setting.kind.allowed}`,
    `- Default: ${describeFallback(setting)}`,
    ...(setting.flag === null ? [] : [`- ${describeFlag(setting.flag, setting)}`]),
  ];
  return `### \`${setting.key}\`\n\n${setting.prose}\n\n${facts.join('\n')}`;
}

function describeFallback({ fallback }: Setting<unknown>): string {
  switch (fallback.state) {
    case 'value':
      return typeof fallback.toml === 'object' ? 'none' : `\`${JSON.stringify(fallback.toml)}\``;
    case 'required':
      return 'none, it has to be given';
    case 'computed':
    case 'none':
      return fallback.prose;
  }
}

function describeFlag(flag: string, { kind, only }: Setting<unknown>): string {
  if (only === 'argument')
    return `Argument of \`sluice serve\`, environment variable \`${variableName(flag)}\``;
  const words = `Flag: \`--${flag}${kind.placeholder === null ? '' : ` ${kind.placeholder}`}\``;
  const often = kind.repeats ? ', may be repeated' : '';
  return only === 'flag'
    ? `${words}${often}`
    : `${words}${often}, environment variable \`${variableName(flag)}\``;
}
