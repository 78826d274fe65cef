// The contract as the command line calls it: a typed client whose calls go to the running instance over its local
// socket. Each call has a connection of its own, proved before the call is sent. Must not start an instance.

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract.ts';
import { fromWireError } from '../../shared/error-wire.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { errorCode, findControlAddress, readControlFile, thisPlatform } from './control-address.ts';
import { type ControlChannel, type ControlDoor, openControlChannel } from './control-channel.ts';

/** Every call of the contract, whoever answers it. */
export type ContractClient = ContractRouterClient<Contract>;

/** A client and how to let go of what stands behind it. */
export type ContractConnection = {
  readonly client: ContractClient;
  readonly close: () => Promise<void>;
};

/**
 * Connects to the instance that runs on this profile; undefined when none does.
 * @throws KeyhatchError control_refused when what answers there is not that instance, profile_damaged when others
 * could have prepared the place
 */
export async function connectControl(options: {
  readonly dataDir: string;
  /** Opens the socket in the place of the profile's secret, which only its owner can read. */
  readonly adminKey?: string | undefined;
}): Promise<ContractConnection | undefined> {
  const control = await findDoor(options.dataDir, options.adminKey);
  if (!control) return undefined;
  try {
    (await openControlChannel(control)).close();
  } catch (error) {
    if (nobodyListens(error)) return undefined;
    throw error;
  }
  return createConnection(control);
}

async function findDoor(dataDir: string, adminKey: string | undefined): Promise<ControlDoor | undefined> {
  if (adminKey === undefined) return readControlFile(dataDir, thisPlatform());
  const address = await findControlAddress(dataDir, thisPlatform());
  return address === undefined ? undefined : { address, adminKey };
}

function createConnection(control: ControlDoor): ContractConnection {
  const channels = new Set<ControlChannel>();

  async function fetchOnce(request: Request): Promise<Response> {
    request.signal.throwIfAborted();
    const channel = await openControlChannel(control);
    channels.add(channel);
    const done = () => {
      channels.delete(channel);
      channel.close();
    };
    try {
      const response = await channel.fetch(request);
      return afterBody(response, done);
    } catch (error) {
      done();
      throw error;
    }
  }

  const link = new RPCLink<Record<never, never>>({
    url: 'http://keyhatch/rpc',
    fetch: fetchOnce,
    interceptors: [
      async ({ next, signal }) => {
        try {
          return await next();
        } catch (error) {
          signal?.throwIfAborted();
          throw atTheEdge(error);
        }
      },
    ],
  });
  return {
    client: createORPCClient<ContractClient>(link),
    close: async () => {
      for (const channel of channels) channel.close();
    },
  };
}

// The same answer, telling when its last byte has been read or nobody wants the rest.
function afterBody(response: Response, done: () => void): Response {
  const { body, status, headers } = response;
  if (!body) {
    done();
    return response;
  }
  const watched = new TransformStream<Uint8Array, Uint8Array>({ flush: done });
  body.pipeTo(watched.writable).catch(done);
  return new Response(watched.readable, { status, headers });
}

function atTheEdge(error: unknown): unknown {
  const known = fromWireError(error);
  if (known instanceof KeyhatchError) return known;
  if (nobodyListens(known)) return new KeyhatchError('not_running', { cause: error });
  return new KeyhatchError('control_refused', {
    details: { reason: 'the connection was lost before the answer was complete' },
    cause: error,
  });
}

function nobodyListens(error: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED'].includes(errorCode(error) ?? '');
}
