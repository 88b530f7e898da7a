// Directives of mod_wsgi, and those of Apache that an application goes by.
import { join } from 'node:path';
import { differs, Left, lost, needless, same, type Option, type Row } from '../option.ts';
import { positiveOf, sizeOf, switchOf, textOf } from '../values.ts';
import type { ServerContext } from './facts.ts';

/** Directives, in any case of letters. */
export const directiveRows: readonly Row<ServerContext>[] = [
  same('WSGIScriptAlias', '`app.target`, or `[[route]]` with `mount`, and a pool', () => undefined),
  lost('WSGIScriptAliasMatch', 'routes are by the beginning of a path; write [[route]] tables'),
  same('WSGICallableObject', '`app.target`, behind the colon', () => undefined),
  same('WSGIDaemonProcess', '`[pool.NAME]`, see its options', () => undefined),
  same('WSGIProcessGroup', 'the pool of an application', () => undefined),
  needless('WSGIApplicationGroup', 'every application has processes of its own, as with %{GLOBAL}'),
  needless('WSGIRestrictProcess', 'there is no .htaccess that could name a process group'),
  differs(
    'WSGIPythonHome',
    '`python`',
    'the gateway starts the interpreter that is there, instead of the one mod_wsgi was built with',
    (option, { apps }) => {
      const lacking = apps.filter((app) => app.get('python') === undefined);
      if (lacking.length === 0) throw new Left('needless', 'each process group names its own');
      for (const app of lacking) app.set('python', join(textOf(option), 'bin/python'), option);
    },
  ),
  differs(
    'WSGIPythonPath',
    '`environment.PYTHONPATH`, for applications without a process group',
    'processes that the application starts get it too',
    (option, context) => {
      if (!context.isEmbedded) throw new Left('needless', 'it is not for process groups');
      putAll('PYTHONPATH', textOf(option), option, context);
    },
  ),
  same('WSGIPythonOptimize', '`environment.PYTHONOPTIMIZE`', (option, context) =>
    putAll('PYTHONOPTIMIZE', String(positiveOf(option)), option, context),
  ),
  same('WSGIPythonWarnings', '`environment.PYTHONWARNINGS`', variable('PYTHONWARNINGS')),
  same('WSGIPythonHashSeed', '`environment.PYTHONHASHSEED`', variable('PYTHONHASHSEED')),
  same('WSGIPythonEggs', '`environment.PYTHON_EGG_CACHE`', variable('PYTHON_EGG_CACHE')),
  same('WSGIDontWriteBytecode', '`environment.PYTHONDONTWRITEBYTECODE`', (option, context) => {
    if (!switchOf(option)) throw new Left('needless', 'it is off');
    putAll('PYTHONDONTWRITEBYTECODE', '1', option, context);
  }),
  differs(
    'WSGIPassAuthorization',
    '`CGIPassAuth` of Apache',
    'what sluice config apache prints passes it on; take CGIPassAuth out if the application is not to see it',
    (option) => {
      if (switchOf(option)) throw new Left('needless', 'what sluice config apache prints passes it on');
    },
  ),
  needless('WSGIScriptReloading', 'sluice reload, or touch and app.reload for development, take its place'),
  needless('WSGIImportScript', 'each worker imports the application before its first request'),
  lost(
    ['WSGIAccessScript', 'WSGIAuthUserScript', 'WSGIAuthGroupScript', 'WSGIGroupAuthoritative'],
    'do it in the application, or by a module of Apache',
  ),
  lost(['WSGIHandlerScript', 'WSGIDispatchScript', 'WSGIApplicationWrapper'], 'write a WSGI middleware'),
  lost(['WSGITrustedProxies', 'WSGITrustedProxyHeaders'], "use Apache's mod_remoteip"),
  lost('WSGIErrorOverride', 'write ProxyErrorOverride On beside ProxyPass in Apache'),
  lost('WSGIPassApacheRequest', 'the application does not run in Apache'),
  lost(['WSGISwitchInterval', 'WSGICaseSensitivity'], 'there is no such setting'),
  lost(
    ['WSGITelemetry*', 'WSGISlowRequests', 'WSGIServerMetrics', 'WSGINewRelic*'],
    'sluice status --json has the numbers',
  ),
  needless(
    [
      'WSGISocketPrefix',
      'WSGISocketRotation',
      'WSGIAcceptMutex',
      'WSGIChunkedRequest',
      'WSGIMapHEADToGET',
      'WSGIEnableSendfile',
      'WSGIIgnoreActivity',
      'WSGILazyInitialization',
      'WSGIRestrictEmbedded',
      'WSGIRestrictStdin',
      'WSGIRestrictStdout',
      'WSGIRestrictSignal',
      'WSGIVerboseDebugging',
      'WSGIFreeThreading',
      'WSGIPerInterpreterGIL',
      'WSGIDestroyInterpreter',
    ],
    'always so, or of no use',
  ),
  same('Alias', '`[[static]]`, which sluice config apache prints as an Alias again', () => undefined),
  same('LimitRequestBody', '`body.max`', (option, { draft }) =>
    draft.at('body').set('max', sizeOf(positiveOf(option)), option),
  ),
  needless('SetEnv', 'mod_proxy_fcgi passes it on, into the environ of each request'),
];

/** Options of WSGIScriptAlias. */
export const aliasRows: readonly Row<never>[] = [
  same('process-group', 'the pool of the application', () => undefined),
  same('callable-object', '`app.target`, behind the colon', () => undefined),
  needless('application-group', 'every application has processes of its own, as with %{GLOBAL}'),
  needless('pass-authorization', 'what sluice config apache prints passes it on'),
];

function variable(name: string): (option: Option, context: ServerContext) => void {
  return (option, context) => putAll(name, textOf(option), option, context);
}

function putAll(name: string, value: string, option: Option, { draft }: ServerContext): void {
  draft.at('app').put('environment', name, value, option);
}
