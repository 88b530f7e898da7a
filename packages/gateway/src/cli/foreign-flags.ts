// Flags that gunicorn, uWSGI and the servers of frameworks have, for those who come from there.

const counterparts: Readonly<Record<string, string>> = {
  '-w': '--processes',
  '--workers': '--processes',
  '--worker-class': '--threads; workers are processes with threads',
  '-k': '--threads; workers are processes with threads',
  '-b': '--http, or --fastcgi and so on',
  '--bind': '--http, or --fastcgi and so on',
  '--host': '--http HOST:PORT',
  '-p': '--http PORT',
  '--port': '--http PORT',
  '--socket': '--uwsgi',
  '-s': '--uwsgi',
  '--http-socket': '--http',
  '--chdir': '--directory',
  '--pythonpath': '--directory',
  '-t': '--request-timeout',
  '--timeout': '--request-timeout',
  '--harakiri': '--request-timeout',
  '--graceful-timeout': '--stop-timeout',
  '--max-requests': '--recycle-requests',
  '-c': '--config, after "sluice import" of the file',
  '--ini': '--config, after "sluice import" of the file',
  '-H': '--python VENV/bin/python',
  '--venv': '--python VENV/bin/python',
  '--virtualenv': '--python VENV/bin/python',
  '--home': '--python VENV/bin/python',
  '-m': 'no flag for the application, only its name',
  '--module': 'no flag for the application, only its name',
  '--wsgi-file': 'no flag for the application, only its name',
  '--app': 'no flag for the application, only its name',
};

/** The message of an unknown flag, with what it is called here. Other messages stay as they are. */
export function withCounterpart(message: string): string {
  const flag = /unknown option '([^'=]+)(?:=[^']*)?'\n$/.exec(message)?.[1];
  const counterpart = flag === undefined ? undefined : counterparts[flag];
  return counterpart === undefined ? message : `${message}(here it is ${counterpart})\n`;
}
