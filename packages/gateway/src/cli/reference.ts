// The reference page of the command line, from the program itself.
import type { Command } from 'commander';
import { exitCodeMeanings, exitCodes } from './exit-codes.ts';
import { createProgram } from './all-commands.ts';

const helpColumns = 110;

/** docs/reference/cli.md. */
export function cliReference(): string {
  const program = createProgram(() => Promise.resolve());
  return (
    [
      introduction,
      describeCommand(program, 'sluice'),
      ...program.commands.map((command) => describeCommand(command, `sluice ${command.name()}`)),
      signals,
      describeExitCodes(),
    ].join('\n\n') + '\n'
  );
}

const introduction = `<!-- Generated from packages/gateway/src/cli. Do not edit. -->

# The command line

Every setting is explained in [settings.md](settings.md).`;

const signals = `## Signals

- **SIGTERM** and **SIGINT** (Ctrl-C) stop \`sluice serve\`: it accepts nothing new, finishes what runs and what waits,
  within \`stop_timeout\`, and ends with exit code ${exitCodes.ok}.
- **SIGHUP** loads the code again: new workers first, and when they are ready the old ones finish what they have. If the
  new code cannot be loaded, the old serves on and the log says why. Settings are read only at the start.
- A **second** SIGTERM or SIGINT cuts off what still runs, and the exit code is ${exitCodes.forced}.`;

function describeCommand(command: Command, name: string): string {
  command.configureHelp({ helpWidth: helpColumns });
  return `## \`${name}\`\n\n\`\`\`\n${command.helpInformation().trimEnd()}\n\`\`\``;
}

function describeExitCodes(): string {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  const lines = names.map((name) => `- **${exitCodes[name]}** (${name}): ${exitCodeMeanings[name]}`);
  return `## Exit codes\n\n${lines.join('\n')}`;
}
