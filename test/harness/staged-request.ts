// A request whose application reports to the stage and waits there to be told to go on.
import { formatHead } from './http.ts';
import { RawConnection, type Address } from './raw-connection.ts';
import type { Actor, Stage } from './stage.ts';

/** Where it is sent, and where its application reports. */
export interface Scene {
  readonly address: Address;
  readonly stage: Stage;
}

/** One that has been sent: who its application will be on the stage. */
export interface SentRequest {
  readonly connection: RawConnection;
  readonly name: string;
}

/** One that the application has begun. */
export interface BegunRequest {
  readonly connection: RawConnection;
  readonly actor: Actor;
}

/** Sends the head of one; what follows of its body, which makes it a POST, is up to the caller. */
export async function sendStaged(
  { address, stage }: Scene,
  path: string,
  bodyBytes = 0,
): Promise<SentRequest> {
  const { name, query } = stage.cast();
  const connection = await RawConnection.open(address);
  const upload = bodyBytes > 0 && { method: 'POST', body: { sizeBytes: bodyBytes, blocks: [] } };
  await connection.send(formatHead({ target: `${path}?${query}`, ...upload }));
  return { connection, name };
}

/** Sends one without a body, and waits until the application has begun it. */
export async function beginStaged(scene: Scene, path: string): Promise<BegunRequest> {
  const { connection, name } = await sendStaged(scene, path);
  return { connection, actor: await scene.stage.actor(name) };
}
