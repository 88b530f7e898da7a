// The headers that proxies tell about clients by. A client can write them as well, which is the trouble with them.

/** Every such header, in lower case. None reaches the application unless it is believed. */
export const knownForwarding: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-real-ip',
  'cf-connecting-ip',
  'front-end-https',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-forwarded-by',
  'x-forwarded-protocol',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-forwarded-ssl',
  'x-scheme',
  'x-script-name',
  'x-url-scheme',
];

/** What nearly every web server is told to set. */
export const usualForwarding: readonly string[] = ['x-forwarded-for', 'x-forwarded-proto'];
