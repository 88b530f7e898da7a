// A Unix socket whose backlog is full: another process listens on it, and accepts nothing until it is told to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

// It lets one connection wait, and answers every one with the same bytes once it accepts.
const PROGRAM = `
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(0)
print("listening", flush=True)
sys.stdin.readline()
while True:
    connection, _ = listener.accept()
    try:
        connection.recv(65536)
        connection.sendall(bytes.fromhex(sys.argv[2]))
    except OSError:
        pass
    connection.close()
`;

/** A server that accepts nothing. */
export interface FullBacklog {
  /** Lets it accept and answer. */
  open(): void;
  close(): Promise<void>;
}

/** Listens at a path and fills the backlog. */
export async function fullBacklog(path: string, answer: Buffer): Promise<FullBacklog> {
  const server = spawn('python3', ['-c', PROGRAM, path, answer.toString('hex')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(server.stdout, 'data');
  const waiting: Socket[] = [];
  for (let isFull = false; !isFull;) {
    const socket = connect(path);
    socket.on('error', () => {});
    waiting.push(socket);
    isFull = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(false));
      socket.once('close', () => resolve(true));
    });
  }
  return {
    open: () => {
      for (const socket of waiting) socket.destroy();
      server.stdin.write('go\n');
    },
    close: async () => {
      for (const socket of waiting) socket.destroy();
      server.kill();
      await once(server, 'close');
    },
  };
}
