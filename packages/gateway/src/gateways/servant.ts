// One of several gateways, inside of its own process: starts it, answers for it, and ends the process when it has ended.

import { reportsOf } from '../compose/control.ts';
import type { Gateway, GatewayOptions } from '../compose/gateway.ts';
import type { GatewayConfig } from '../config/types.ts';
import { ListenError } from '../listen/index.ts';
import type { Logger } from '../observe/log.ts';
import type { Handle } from '../sockets/native.ts';
import { PassingOn } from './passing-on.ts';
import { ToldTraces } from './told-traces.ts';
import type { FromGateway, Question, StartFailure, StartMessage, ToGateway } from './messages.ts';

/** What a servant acts on. */
export interface ServantWorld {
  readonly startGateway: (config: GatewayConfig, options: GatewayOptions) => Promise<Gateway>;
  /** Sends a message to the process that has started this one; resolves when it is sent, or cannot be. */
  readonly tell: (message: FromGateway, handle?: Handle) => Promise<void>;
  /** Ends this process. */
  readonly end: (code: number) => void;
}

const OK = 0;
const FAILED = 1;

/** A gateway that does what it is told. */
export class GatewayServant {
  readonly #logger: Logger;
  readonly #world: ServantWorld;
  readonly #starting: Promise<Gateway | null>;
  readonly #passingOn: PassingOn;
  readonly #traces: ToldTraces;
  #gateway: Gateway | null = null;
  #tellStopping: () => void = () => {};
  #isStopping = false;

  /** Starts the gateway at once. */
  constructor(start: StartMessage, logger: Logger, world: ServantWorld) {
    this.#logger = logger;
    this.#world = world;
    this.#passingOn = new PassingOn({
      report: (count) => void world.tell({ kind: 'connections', count }),
      pass: (listener, handle) =>
        void world.tell({ kind: 'connection', listener }, handle).then(() => handle.close(() => {})),
    });
    this.#traces = new ToldTraces(start.number, (traced) => world.tell(traced));
    this.#starting = this.#start(start);
  }

  /** A message has come. */
  hear(message: ToGateway, handle?: Handle): void {
    switch (message.kind) {
      case 'ask':
        void this.#answer(message.id, message.question);
        break;
      case 'stop':
        void this.#stop(message.isPatient);
        break;
      case 'stop now':
        this.#stopNow();
        break;
      case 'limit':
        this.#passingOn.limit = message.connectionsCount;
        break;
      case 'connection':
        if (handle) this.#passingOn.enter(message.listener, handle);
        break;
      case 'start':
        break;
    }
  }

  /** The process that has started this one is gone. Nobody holds the sockets any more, and nobody says when to end. */
  orphaned(): void {
    if (this.#isStopping) return;
    const message = 'stopping; the process that has started this gateway is gone';
    this.#logger.error({ code: 'SLUICE_GATEWAY_ORPHANED' }, message);
    void this.#stop(false);
  }

  async #start(start: StartMessage): Promise<Gateway | null> {
    const { config, python, pythons, environment, release, descriptors } = start;
    const stopping = new Promise<void>((resolve) => (this.#tellStopping = resolve));
    try {
      const gateway = await this.#world.startGateway(config, {
        logger: this.#logger,
        python,
        pythons,
        environment,
        release,
        descriptors,
        diversion: this.#passingOn,
        stopping,
      });
      this.#gateway = gateway;
      if (gateway.isStarted) void this.#world.tell({ kind: 'ready', unserved: gateway.unserved() });
      return gateway;
    } catch (error) {
      await this.#world.tell({ kind: 'failed', failure: describe(error) });
      this.#world.end(FAILED);
      return null;
    }
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      const result = await this.#resultOf(question);
      void this.#world.tell({ kind: 'answer', id, result });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void this.#world.tell({ kind: 'refusal', id, reason });
    }
  }

  async #resultOf(question: Question): Promise<Extract<FromGateway, { kind: 'answer' }>['result']> {
    switch (question.command) {
      case 'ping':
        return null;
      case 'trace':
        this.#traces.start(question.id, question.filter);
        return null;
      case 'end trace':
        this.#traces.end(question.id);
        return null;
      case 'reload':
        return reportsOf(await (await this.#started()).reload(question.reason, question.pools));
      case 'status':
      case 'scale':
        return (await this.#started()).commands.run(question);
    }
  }

  async #started(): Promise<Gateway> {
    const gateway = await this.#starting;
    if (gateway === null) throw new Error('it could not be started');
    return gateway;
  }

  async #stop(isPatient: boolean): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#passingOn.end();
    this.#tellStopping();
    const gateway = await this.#starting;
    await gateway?.stop(isPatient);
    await this.#traces.told();
    this.#world.end(OK);
  }

  #stopNow(): void {
    void this.#stop(false);
    // Before it has started there is nothing to cut off; its workers end when this process does.
    if (this.#gateway === null) this.#world.end(OK);
    else this.#gateway.stopNow();
  }
}

function describe(error: unknown): StartFailure {
  if (error instanceof ListenError) {
    const { code, address, reason } = error;
    return { kind: 'listen', code, address, reason };
  }
  return { kind: 'other', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
