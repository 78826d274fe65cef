// Where the second port listens: on the addresses that its hosts stand for now, following those of interfaces as the gateway's own
// port does. Knows nothing of whose key it is; a public address that merely lies on an interface is never among them.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Log } from '../lib/log.ts';
import { type Interfaces, type PresentAddress, publicBehind, reachedAt, resolveHosts } from './interfaces.ts';

export type SecondPortSockets = {
  readonly listenOn: (hosts: readonly string[], port: number) => Promise<void>;
  /** Lets go of what is not among these and adds what is new; what stays is not touched. @returns why some cannot be had */
  readonly adjustTo: (hosts: readonly string[], port: number) => Promise<readonly unknown[]>;
  readonly close: () => Promise<void>;
  readonly urls: () => readonly string[];
};

export type SecondPortPorts = {
  readonly sockets: () => SecondPortSockets;
  /** Whether the gateway listens, or is about to. */
  readonly serves: () => boolean;
  readonly interfaces: () => Interfaces;
  readonly log: Log;
};

export type Place = { readonly hosts: readonly string[]; readonly port: number };

export type SecondPort = {
  /**
   * Listens there and nowhere else, if the gateway listens. On failure it goes back to where it was.
   * @throws KeyhatchError `port_in_use`, `address_unavailable`
   */
  readonly moveTo: (place: Place, before?: Place) => Promise<void>;
  /** The same, but never fails: `problem` says why it does not listen. */
  readonly follow: (place: Place) => Promise<void>;
  /** Goes along with addresses that came and went, and leaves the others alone. False while some cannot be had. */
  readonly look: (place: Place) => Promise<boolean>;
  readonly close: () => Promise<void>;
  readonly urls: () => readonly string[];
  /** Why it does not listen as it should, as a sentence. */
  readonly problem: () => string | null;
};

export function createSecondPort({ sockets, serves, interfaces, log }: SecondPortPorts): SecondPort {
  let problem: string | null = null;

  async function listen({ hosts, port }: Place): Promise<void> {
    if (!serves()) return;
    const { must, may } = addressesOf(hosts, interfaces());
    await sockets().listenOn(must, port);
    const failures = await sockets().adjustTo([...must, ...may], port);
    if (sockets().urls().length === 0 && failures.length > 0) throw failures[0];
    problem = failures.length > 0 ? sentenceOf(failures[0]) : null;
    log.info('the second port listens', { urls: sockets().urls() });
  }

  async function look({ hosts, port }: Place): Promise<boolean> {
    if (!serves()) return true;
    const before = sockets().urls().join();
    const { must, may } = addressesOf(hosts, interfaces());
    const failures = await sockets().adjustTo([...must, ...may], port);
    problem = failures.length > 0 ? sentenceOf(failures[0]) : null;
    if (sockets().urls().join() !== before) log.info('the second port listens', { urls: sockets().urls() });
    return failures.length === 0;
  }

  async function follow(place: Place): Promise<void> {
    try {
      await listen(place);
    } catch (error) {
      problem = sentenceOf(error);
      log.warn('the second port does not listen', { error });
    }
  }

  return {
    async moveTo(place, before) {
      try {
        await listen(place);
        if (!serves()) problem = null;
      } catch (error) {
        if (before) await follow(before);
        else await sockets().close();
        throw error;
      }
    },
    follow,
    look,
    async close() {
      problem = null;
      await sockets().close();
    },
    urls: () => sockets().urls(),
    problem() {
      if (problem !== null || sockets().urls().length > 0) return problem;
      return serves() ? 'None of its addresses is there now.' : 'It listens once the server runs.';
    },
  };
}

// A word that every resolver knows, and none should be asked for.
const literal = (hosts: readonly string[]) => hosts.map((host) => (host === 'localhost' ? '127.0.0.1' : host));

function addressesOf(hosts: readonly string[], interfaces: Interfaces) {
  return resolveHosts(literal(hosts), interfaces);
}

/** Where other machines reach it, or would once the gateway runs. */
export function secondPortReach(hosts: readonly string[], interfaces: Interfaces): readonly PresentAddress[] {
  const { must, may } = addressesOf(hosts, interfaces);
  return reachedAt([...must, ...may], interfaces);
}

/** Public addresses of this machine at which it would listen. */
export function publicPlaces(hosts: readonly string[], interfaces: Interfaces): readonly PresentAddress[] {
  return publicBehind(literal(hosts), interfaces, []);
}

function sentenceOf(error: unknown): string {
  return error instanceof KeyhatchError ? error.message : 'It could not begin to listen; the log says why.';
}
