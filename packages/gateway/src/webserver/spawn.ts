// The command by which a web server or a service manager starts a gateway.
import { SiteError, type Site } from './site.ts';

/** The words that start the gateway of a site; `more` are further flags. Throws if nothing says which application. */
export function serveCommand({ command, name }: Site, ...more: readonly string[]): readonly string[] {
  const { words, configFile, target, directory } = command;
  if (configFile !== null) return [...words, 'serve', '--config', configFile, ...more];
  if (target === null) {
    throw new SiteError(
      `whoever starts ${name} has to know the application: name it, or write a sluice.toml and name that by --config`,
    );
  }
  return [...words, 'serve', target, '--directory', directory, ...more];
}

/** The same for a gateway that inherits its socket as standard input, as spawned FastCGI programs do. */
export function spawnedCommand(site: Site, ...more: readonly string[]): readonly string[] {
  const mount = site.mount === '' ? [] : ['--mount', site.mount];
  return serveCommand(site, '--fastcgi', 'fd:0', ...mount, ...more);
}

/** One line of words for programs that split it at blanks and know no quotes. Throws where that cannot be. */
export function blankSeparated(words: readonly string[]): string {
  const bad = words.find((word) => /[\s"'\\]/.test(word));
  if (bad !== undefined) throw new SiteError(`${JSON.stringify(bad)} has blanks or quotes; use another path`);
  return words.join(' ');
}
