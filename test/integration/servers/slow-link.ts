/** A TCP link to a server of the loopback that can be slowed down or held still in the middle of what it carries. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Direction = 'toServer' | 'toClient';

export interface Fault {
  direction: Direction;
  /** Bytes in that direction, of all connections together, that still pass at full speed. */
  afterBytes: number;
  /** Of all connections together, from then on; 0: nothing passes any more. */
  bytesPerSecond: number;
}

/** Slices in a second in which a slowed link passes what it passes. */
const slicesPerSecond = 10;

export class SlowLink {
  readonly #serverPort: number;
  readonly #server = createServer({ pauseOnConnect: true }, (client) => this.#carry(client));
  readonly #sockets = new Set<Socket>();
  #fault: Fault | undefined;
  #passed = 0;
  /** Resolved when the fault changes. */
  #changed = Promise.withResolvers<void>();
  #turn: Promise<void> = Promise.resolve();

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Counting begins anew. Without a fault everything passes. */
  set fault(fault: Fault | undefined) {
    this.#fault = fault;
    this.#passed = 0;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** True once the fault has set in. */
  get struck(): boolean {
    return this.#fault !== undefined && this.#passed >= this.#fault.afterBytes;
  }

  async stop(): Promise<void> {
    this.fault = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(client: Socket): void {
    const server = connect(this.#serverPort, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // Whichever side breaks, the other one sees a broken connection.
      socket.on('error', () => {});
    }
    void this.#pump(client, server, 'toServer');
    void this.#pump(server, client, 'toClient');
  }

  async #pump(from: Socket, to: Socket, direction: Direction): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        for (let rest = chunk; rest.length > 0;) {
          const size = await this.#allow(direction, rest.length);
          if (!to.write(rest.subarray(0, size))) await once(to, 'drain');
          rest = rest.subarray(size);
        }
      }
      to.end();
    } catch {
      from.destroy();
      to.destroy();
    }
  }

  /** How much of it may pass now, at least one byte. */
  async #allow(direction: Direction, size: number): Promise<number> {
    for (;;) {
      const fault = this.#fault;
      if (fault?.direction !== direction) return size;
      const free = fault.afterBytes - this.#passed;
      if (free > 0) {
        const passes = Math.min(free, size);
        this.#passed += passes;
        return passes;
      }
      if (fault.bytesPerSecond === 0) {
        await this.#changed.promise;
        continue;
      }
      const slice = Math.min(size, Math.ceil(fault.bytesPerSecond / slicesPerSecond));
      this.#turn = this.#turn.then(() => sleep((slice / fault.bytesPerSecond) * 1_000));
      await this.#turn;
      if (this.#fault === fault) return slice;
    }
  }
}
