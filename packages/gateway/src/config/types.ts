// What the gateway is told to do, once every setting has been read, checked and put together. The settings
// themselves (names, defaults, prose) are declared in `settings/`; nothing here parses or validates.

/** A Python application and how to find it. */
export interface AppConfig {
  /** `module:callable`, `module:factory()`, or a file path with an optional `:callable`. Empty when nothing was named. */
  readonly target: string;
  /** Absolute path of the directory the application runs in, first on `sys.path`. */
  readonly directory: string;
  /** Path of the Python interpreter, absolute, or a bare command name; null means: find one. */
  readonly python: string | null;
  /** Environment variables of the workers, on top of those of the gateway. */
  readonly environment: Readonly<Record<string, string>>;
  /** Tracebacks are shown in error pages. Never for the public. */
  readonly debug: boolean;
  /** Whom the gateway and its workers become when its sockets are open; null: whoever started it. */
  readonly user: string | null;
  /** Instead of the group of `user`; null keeps that. */
  readonly group: string | null;
  /** Permission bits that files made by workers do not have; null keeps those of whoever started it. */
  readonly umask: number | null;
  /** Gateway processes on the same sockets, each with a share of the workers. */
  readonly gatewaysCount: number;
  /** Resource limits of the workers, setrlimit(2); null keeps those of whoever started the gateway. */
  readonly openFilesLimit: number | null;
  /** Address space, which is more than the memory that a process really has. */
  readonly addressSpaceLimitBytes: number | null;
  readonly coreLimitBytes: number | null;
  readonly cpuLimitMs: number | null;
  /** Processes and threads of the user, all together. */
  readonly processesLimit: number | null;
  /** The code is loaded again when one of its files changes. */
  readonly isReloaded: boolean;
  /** If the application cannot be loaded at the start, the gateway ends instead of answering with 503 until it can. */
  readonly mustLoad: boolean;
}

/** The protocols a listener can speak. */
export type ListenProtocol = 'ajp' | 'fastcgi' | 'http' | 'scgi' | 'uwsgi';

/** Where a listener's socket is. */
export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** A socket that is already listening, inherited as this descriptor (0 from spawn-fcgi or mod_fcgid). */
  | { readonly kind: 'descriptor'; readonly fd: number }
  /** A socket of systemd socket activation; null takes the only one. */
  | { readonly kind: 'systemd'; readonly name: string | null };

/** One `[[listen]]`: a socket and what is spoken on it. */
export interface ListenConfig {
  readonly protocol: ListenProtocol;
  readonly address: ListenAddress;
  /** Permission bits of a Unix socket file; null leaves it to the owner alone (0600). */
  readonly mode: number | null;
  /** User name or number the Unix socket file is given to; null keeps the user of the gateway. */
  readonly owner: string | null;
  /** Group name or number the Unix socket file is given to; null keeps the group of the gateway. */
  readonly group: string | null;
  /** Path prefix under which the application lives on this listener (SCRIPT_NAME), without a trailing slash; null: none. */
  readonly mount: string | null;
  /** SCRIPT_NAME says where the application lives, also if it is the whole path. */
  readonly isScriptNameBelieved: boolean;
  /** Connections the kernel holds until the gateway accepts them. */
  readonly backlogCount: number;
  /** Addresses and CIDR blocks that may connect over TCP; null lets everybody in who reaches the socket. */
  readonly allow: readonly string[] | null;
  /** Every connection begins with a PROXY header, which says who is at its other end. */
  readonly isProxied: boolean;
  /** HTTP: addresses and CIDR blocks whose forwarding headers are believed; `unix`: every peer of a Unix socket; null: none. */
  readonly trusted: readonly string[] | null;
  /** HTTP: lower-case names of the forwarding headers that are believed; null: the usual ones. */
  readonly forwarded: readonly string[] | null;
  /** HTTP: absolute path of the PEM file with the certificate; null: not encrypted. */
  readonly tlsCertificateFile: string | null;
  /** HTTP: absolute path of the PEM file with the key; null: it is in the file of the certificate. */
  readonly tlsKeyFile: string | null;
  /** AJP: absolute path of the file with the secret that web servers must send; null asks for none. */
  readonly secretFile: string | null;
  /** AJP: request attributes that become variables besides the usual ones; null: none. */
  readonly allowedAttributes: readonly string[] | null;
  /** AJP: largest packet that is sent; null is what every web server takes, 8 KiB. */
  readonly packetBytes: number | null;
  /** AJP: the web server percent-decodes paths before it sends them, as lighttpd does. */
  readonly isPathDecoded: boolean;
}

/** How many processes there may be; between the two the load decides. */
export interface ProcessRange {
  /** At least 1. */
  readonly min: number;
  /** Not less than `min`. */
  readonly max: number;
}

/** One `[pool.NAME]`: worker processes and the queue in front of them. */
export interface PoolConfig {
  /** Its own application, as `app.target`; null: that of `[app]`. */
  readonly target: string | null;
  /** Absolute; null: that of `[app]`. */
  readonly directory: string | null;
  /** As `app.python`; null: the one in `.venv` of its own directory, else that of `[app]`. */
  readonly python: string | null;
  /** On top of that of `[app]`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Worker processes. */
  readonly processes: ProcessRange;
  /** How long a process over the minimum may be idle. */
  readonly shrinkAfterMs: number;
  /** No more processes are started where all together would have more memory; null: no limit. */
  readonly memoryBudgetBytes: number | null;
  /** A worker is replaced after so many requests; null: never, as with the next two. */
  readonly recycleRequests: number | null;
  readonly recycleAgeMs: number | null;
  /** Resident memory at which a worker is replaced. */
  readonly recycleMemoryBytes: number | null;
  /** Processes are forked from one that has imported the application. */
  readonly isPreloaded: boolean;
  /** Threads of each process, each with a lane of its own. */
  readonly threads: number;
  /** Requests that may wait for a free thread. */
  readonly queueLength: number;
  /** How long a request may wait before it is answered with 503. */
  readonly queueTimeoutMs: number;
  /** How long a request may run before it is answered with 504 and its worker is replaced. */
  readonly requestTimeoutMs: number;
  /** How long until the head of its reply, after which it is the same; null: no limit. */
  readonly firstByteTimeoutMs: number | null;
  /** How long between two pieces of its reply, after which the reply is aborted; null: no limit. */
  readonly streamIdleTimeoutMs: number | null;
  /** How long a worker may leave the gateway without an answer until it gets no more requests. */
  readonly stuckAfterMs: number;
  /** The same, until it is killed if requests wait in it; null is three quarters of `queueTimeoutMs`. */
  readonly stuckTimeoutMs: number | null;
  /** How long a worker may take to import the application. */
  readonly startupTimeoutMs: number;
  /** How long running requests get to finish when the pool stops. */
  readonly stopTimeoutMs: number;
  /** Requests handed to a busy thread ahead of time at most; 0 turns look-ahead off. */
  readonly lookAhead: number;
  /** Age of a running request at which the requests handed ahead behind it are taken back. */
  readonly recallAfterMs: number;
  /** Threads that slow requests leave to quick ones; null is a quarter of them. */
  readonly reserveLanes: number | null;
  /** Mean time of a method and path above which its requests are slow. */
  readonly slowAfterMs: number;
  /** Path prefixes of requests that are slow whatever they have taken; null: none. */
  readonly slowPaths: readonly string[] | null;
  /** Path prefixes of requests that are quick whatever they have taken; null: none. */
  readonly quickPaths: readonly string[] | null;
}

/** The protocols an upstream server can speak. */
export type UpstreamProtocolName = 'ajp' | 'fastcgi' | 'http' | 'scgi' | 'uwsgi';

/** What HTTP servers are told of the client: only what the gateway knows, or what came and that, or what came. */
export type ForwardingMode = 'replace' | 'append' | 'pass';

/** Where an upstream server listens. */
export type UpstreamAddress =
  | { readonly kind: 'unix'; readonly path: string }
  /** `host` is an IP address or a name. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** SRV records of the DNS: they say hosts, ports and weights. */
  | { readonly kind: 'srv'; readonly name: string };

/** A server of an upstream. */
export interface UpstreamServer {
  readonly address: UpstreamAddress;
  /** Its share of the requests, relative to the others. */
  readonly weight: number;
}

/** One `[upstream.NAME]`: servers that speak a protocol of their own. */
export interface UpstreamConfig {
  readonly protocol: UpstreamProtocolName;
  /** At least one. */
  readonly servers: readonly UpstreamServer[];
  readonly connectTimeoutMs: number;
  /** How long nothing may come from a server. */
  readonly readTimeoutMs: number;
  /** How long a request may take; null: no limit. */
  readonly requestTimeoutMs: number | null;
  /** Idle connections kept for each server; null is what suits the protocol. */
  readonly keepAliveCount: number | null;
  /** How long an idle connection is kept. */
  readonly keepAliveTimeoutMs: number;
  /** Requests at a time on each server; null: no limit. */
  readonly maxConnections: number | null;
  /** Requests that may wait for a server. */
  readonly queueLength: number;
  readonly queueTimeoutMs: number;
  /** Failures in a row after which a server is left alone for a while; 0: never. */
  readonly failAfter: number;
  readonly failTimeoutMs: number;
  /** How long a server takes to its full share after it came up. */
  readonly slowStartMs: number;
  /** How often names are looked up. */
  readonly resolveMs: number;
  /** How often each server is checked; null: never. */
  readonly healthIntervalMs: number | null;
  /** What a check asks for; null: a connection is enough. */
  readonly healthPath: string | null;
  readonly healthTimeoutMs: number;
  /** Failed checks in a row after which a server is down, good ones after which it is up. */
  readonly healthFall: number;
  readonly healthRise: number;
  /** Variables that are added to those of a request. */
  readonly params: Readonly<Record<string, string>>;
  /** The directory with the scripts, as the server sees it; null: there are none. */
  readonly documentRoot: string | null;
  /** The script that answers where the path names none. */
  readonly index: string;
  /** AJP: absolute path of the file with the secret that is sent; null sends none. */
  readonly secretFile: string | null;
  /** AJP: largest packet that the servers take; null is what all take, 8 KiB. */
  readonly packetBytes: number | null;
  /** HTTP: what the servers are told of the client; null is `replace`. */
  readonly forwarding: ForwardingMode | null;
  /** How long running requests get to finish when the gateway stops. */
  readonly stopTimeoutMs: number;
}

/** Where a route leads. */
export type RouteTarget =
  /** `name` is a key of {@link GatewayConfig.pools}. */
  | { readonly kind: 'pool'; readonly name: string }
  /** `name` is a key of {@link GatewayConfig.upstreams}. */
  | { readonly kind: 'upstream'; readonly name: string }
  /** One server, with the settings that upstreams have by default. */
  | {
      readonly kind: 'server';
      readonly protocol: UpstreamProtocolName;
      readonly address: UpstreamAddress;
    };

/** One `[[route]]`: the requests it is for go to `to`. The most special route wins: by host, then path, then methods. */
export interface RouteConfig {
  /** In lower case; `*.` in front stands for one label or more. Null: every host. */
  readonly hosts: readonly string[] | null;
  /** Begins with `/`; a prefix. */
  readonly path: string;
  /** Null: every method. */
  readonly methods: readonly string[] | null;
  readonly to: RouteTarget;
  /** Request bodies are passed on as they arrive instead of being collected first. */
  readonly streaming: boolean;
  /** Instead of that of the pool; null keeps it. The same goes for the next two. */
  readonly requestTimeoutMs: number | null;
  readonly firstByteTimeoutMs: number | null;
  readonly streamIdleTimeoutMs: number | null;
  /** Overrides the listener's mount for this route; null keeps it. */
  readonly mount: string | null;
}

/** One `[[static]]`: requests whose path begins with `path` are answered with files. */
export interface StaticConfig {
  /** Begins with `/`. The longest matching prefix wins, routes included. */
  readonly path: string;
  /** Absolute. Nothing outside of it is sent, links or not. */
  readonly directory: string;
  /** Name of the file that stands for a directory; null: directories are not found. */
  readonly index: string | null;
  /** Value of the header Cache-Control; null: none. */
  readonly cacheControl: string | null;
  /** Compressed files that lie beside a file are sent to clients that accept them. */
  readonly isPrecompressed: boolean;
}

/** `[body]`: request bodies. */
export interface BodyConfig {
  /** Bodies up to this size are kept in memory, larger ones are spooled to a file. */
  readonly memoryBytes: number;
  /** The same for all bodies together; beyond it they are spooled whatever their size. */
  readonly totalMemoryBytes: number;
  /** Larger bodies are refused with 413. */
  readonly maxBytes: number;
  /** Absolute path of the directory of spool files; null is the temporary directory of the system. */
  readonly spoolDirectory: string | null;
}

/** What becomes of X-Sendfile and X-Accel-Redirect in the reply of an application. */
export type SendfileMode = 'strip' | 'pass' | 'serve';

/** `[reply]`: replies on their way to the client. */
export interface ReplyConfig {
  /** Of a reply whose client is slow, up to so much waits in memory, the rest in a file. */
  readonly memoryBytes: number;
  /** The same for all replies together. */
  readonly totalMemoryBytes: number;
  /** Up to so much of a reply waits in its file; 0: no file. Then the application waits. */
  readonly maxBytes: number;
  /** The gateway opens and sends the files that an application returns by `wsgi.file_wrapper`. */
  readonly areFilesOffloaded: boolean;
  readonly sendfile: SendfileMode;
  /** Absolute directories whose files may be sent so, by the URL path that X-Accel-Redirect knows each by. */
  readonly sendfileDirectories: Readonly<Record<string, string>>;
}

/** `[limits]`: what one peer may ask for. */
export interface LimitsConfig {
  /** All request variables together: FastCGI parameters, or the head of an HTTP request. */
  readonly variablesBytes: number;
  /** Number of request variables or header lines. */
  readonly variablesCount: number;
  /** Connections open at once on one listener. */
  readonly connectionsCount: number;
  /** The same from one address; null: no limit. */
  readonly addressConnectionsCount: number | null;
  /** HTTP, as all that follow: requests until a connection is closed; null: no limit. */
  readonly connectionRequestsCount: number | null;
  /** How long the head of a request, or a PROXY header, may take. */
  readonly headerTimeoutMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** How long a body may go without enough new bytes. */
  readonly bodyTimeoutMs: number;
  /** How many bytes of a body are enough, for each second of that time. */
  readonly bodyBytesPerSecond: number;
  /** How long a client may take nothing of a reply. */
  readonly sendTimeoutMs: number;
}

/** Where the control socket is. */
export type ControlAddress = { readonly kind: 'off' } | { readonly kind: 'unix'; readonly path: string };

/** `[control]`: how a running gateway is found and told what to do. */
export interface ControlConfig {
  /** Null: a place of its own, if the system has one. */
  readonly address: ControlAddress | null;
  /** Absolute path of a file with the process id; null: none. */
  readonly pidFile: string | null;
  /** An inherited descriptor that is told when the gateway is ready; null: none. */
  readonly readyDescriptor: number | null;
}

/** Least severe line that is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `auto` is `pretty` on a terminal and `json` elsewhere. */
export type LogFormat = 'auto' | 'pretty' | 'json';

/** `[log]`: what the gateway says about itself. */
export interface LogConfig {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** One line for every request. */
  readonly access: boolean;
  /** Absolute path of the file it is appended to; null: standard error. */
  readonly file: string | null;
}

/** Everything the gateway is configured with. Deeply frozen; made by `loadConfig`. */
export interface GatewayConfig {
  readonly app: AppConfig;
  /** At least one. */
  readonly listen: readonly ListenConfig[];
  /** By name; `default` is always there. */
  readonly pools: Readonly<Record<string, PoolConfig>>;
  /** By name. */
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>;
  /** In the order of the file. Paths that match none go to the pool `default`. */
  readonly routes: readonly RouteConfig[];
  readonly static: readonly StaticConfig[];
  readonly body: BodyConfig;
  readonly reply: ReplyConfig;
  readonly limits: LimitsConfig;
  readonly log: LogConfig;
  readonly control: ControlConfig;
}
