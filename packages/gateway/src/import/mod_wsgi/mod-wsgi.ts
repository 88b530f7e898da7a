// mod_wsgi: the configuration of Apache.
import { Draft } from '../draft.ts';
import { addListener } from '../listeners.ts';
import { ImportError, type Source, type SourceFile } from '../source.ts';
import { addStatic } from '../statics.ts';
import { dropLoneGroup } from '../user.ts';
import { readApache, type Directive } from './apache.ts';
import { canonicalName, composeApplications, hostName, isComposed, type MakeOption } from './compose.ts';
import { isNamed } from './scope.ts';
import { daemonRows } from './table-daemon.ts';
import { aliasRows, directiveRows } from './table-directives.ts';

/** mod_wsgi. */
export const modWsgi: Source = {
  key: 'mod_wsgi',
  name: 'mod_wsgi',
  files: /\.conf$/,
  prose:
    'A file of Apache, such as one of `sites-available`. Files that it includes are not read: import them too. Apache stays in front, and the directives that are not in these tables stay in its file; which lines go, and what takes their place, is said at the end of `sluice.toml`. Sections such as `<IfModule>` are taken to hold.',
  groups: [
    { title: 'Directives', rows: directiveRows },
    { title: 'Options of WSGIScriptAlias', rows: aliasRows },
    { title: 'Options of WSGIDaemonProcess', rows: daemonRows },
  ],
  read: (file) => Promise.resolve(readModWsgi(file)),
};

function readModWsgi(file: SourceFile): Draft {
  const directives = readApache(file);
  if (!directives.some(({ name }) => /^wsgi/i.test(name)))
    throw new ImportError(`${file.name}: there is no directive of mod_wsgi in it`);
  const draft = new Draft();
  const make: MakeOption = (name, value, line, place) => ({
    name,
    value,
    file: file.name,
    line,
    ...(place === undefined ? {} : { place }),
  });
  const listen = addListener(draft, 'fastcgi', '127.0.0.1:9000', null);
  listen.remark(
    'address',
    'For Apache. A Unix socket keeps other users of this machine out: address = "unix:/run/NAME/fastcgi.sock" with group = "www-data", or whatever Apache runs as.',
  );
  const { apps, isEmbedded } = composeApplications(directives, draft, make);
  for (const directive of directives) {
    const name = canonicalName(directive);
    if (isNamed(directive, 'Include') || isNamed(directive, 'IncludeOptional')) {
      const option = make(directive.name, directive.words[0]?.text ?? '', directive.line);
      draft.note(option, 'lost', 'import that file too, if it has directives of mod_wsgi');
    } else if (isNamed(directive, 'Alias')) {
      const [url, directory] = directive.words.map(({ text }) => text);
      const option = make('Alias', url ?? '', directive.line);
      draft.attempt(option, () => void addStatic(draft, url ?? '', directory ?? '', option));
    } else if (name !== undefined && !isComposed(directive)) {
      const value = directive.words.map(({ text }) => text).join(' ');
      draft.carry([make(name, value, directive.line)], directiveRows, { draft, apps, isEmbedded });
    }
  }
  dropLoneGroup(draft);
  draft.advice.push(...adviceOf(directives));
  return draft;
}

function serverNames(directives: readonly Directive[]): readonly string[] {
  const words = directives
    .filter((directive) => isNamed(directive, 'ServerName') || isNamed(directive, 'ServerAlias'))
    .flatMap((directive) => directive.words.map(({ text }) => hostName(text)));
  return [...new Set(words)];
}

/** What is to be done in Apache. */
function adviceOf(directives: readonly Directive[]): readonly string[] {
  const spans = directives
    .filter((directive) => /^wsgi/i.test(directive.name) || isNamed(directive, 'Alias'))
    .map(({ line, lastLine }) => [line, lastLine] as const);
  const joined: [number, number][] = [];
  for (const [line, lastLine] of spans) {
    const last = joined.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = lastLine;
    else joined.push([line, lastLine]);
  }
  const names = serverNames(directives)
    .map((name) => ` --server-name ${name}`)
    .join('');
  const lines = joined.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
  return [
    `In Apache, these lines go: ${lines}.`,
    'What takes their place is printed by',
    `  sluice config apache --config sluice.toml${names}`,
    'Modules: a2dismod wsgi, and a2enmod as the first line that it prints says.',
  ];
}
