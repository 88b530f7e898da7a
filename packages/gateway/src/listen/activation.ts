// Sockets handed over by systemd, or anything that does as it does: sd_listen_fds(3).

/** The first descriptor that is handed over, SD_LISTEN_FDS_START. */
const firstDescriptor = 3;

/** The variables of the hand-over. They are meant for this process alone and must not reach its children. */
export const activationVariables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'] as const;

/** A socket that was handed over. */
export interface ActivationSocket {
  readonly fd: number;
  /** `FileDescriptorName=` of the socket unit; "unknown" where there is none. */
  readonly name: string;
}

/** What was handed over. */
export interface Activation {
  readonly sockets: readonly ActivationSocket[];
  /** Why there is none. */
  readonly reason: string;
}

/** No sockets: started by hand. */
export const noActivation: Activation = {
  sockets: [],
  reason: 'this process was not started by socket activation (LISTEN_FDS is not set)',
};

/** Reads what was handed over to the process `pid`. */
export function readActivation(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): Activation {
  const { LISTEN_PID: receiver, LISTEN_FDS: count, LISTEN_FDNAMES: names } = environment;
  if (count === undefined) return noActivation;
  if (receiver !== String(pid)) {
    const reason = `the sockets were handed to process ${receiver ?? '?'}, and this is ${pid}; start it directly, not through a shell or npm`;
    return { sockets: [], reason };
  }
  if (!/^\d{1,4}$/.test(count)) return { sockets: [], reason: 'LISTEN_FDS is not a number' };
  const nameList = names?.split(':') ?? [];
  const sockets = Array.from({ length: Number(count) }, (_, index) => ({
    fd: firstDescriptor + index,
    name: nameList[index] ?? 'unknown',
  }));
  return { sockets, reason: 'LISTEN_FDS is 0' };
}

/** The one socket of that name, or the only one if `name` is null; otherwise the reason why there is none. */
export function pickActivated(
  activation: Activation,
  name: string | null,
): ActivationSocket | { reason: string } {
  const { sockets } = activation;
  if (sockets.length === 0) return { reason: activation.reason };
  const matching = sockets.filter((socket) => name === null || socket.name === name);
  const [socket, ...others] = matching;
  if (socket !== undefined && others.length === 0) return socket;
  const known = sockets.map(({ fd, name: given }) => `fd:${fd} (${given})`).join(', ');
  if (socket === undefined) return { reason: `no socket has this name; there are ${known}` };
  return { reason: `several sockets match: ${known}; name one, or give them names with FileDescriptorName=` };
}
