// Looks for model servers on the ports where they usually listen, on this computer only. Must not connect anywhere else.

import type { DetectedServer } from '../../shared/model.ts';
import { upstreamKindNames, upstreamKindRow } from '../../shared/upstream-kinds.ts';
import { type Identity, identify } from './probe.ts';
import { addressText } from './upstream-address.ts';

/** A server that was found; whether it is an upstream already is for core to say. */
export type FoundServer = Omit<DetectedServer, 'added'>;

export type DetectOptions = {
  /** For the whole search. */
  readonly timeoutMs: number;
  /** Instead of the usual ports. */
  readonly ports?: readonly number[];
  /** Besides them. */
  readonly extraPorts?: readonly number[];
  /** Left out: our own listeners. */
  readonly exceptPorts?: readonly number[];
  readonly hosts?: readonly ('127.0.0.1' | '::1')[];
};

type Sighting = { readonly url: string; readonly port: number; readonly identity: Identity };

/** Every port where one of the known servers listens by default, most likely servers first. */
export function usualPorts(): readonly number[] {
  return [...new Set(upstreamKindNames.flatMap((kind) => upstreamKindRow(kind).ports))];
}

/**
 * Probes all ports at once and tells what answers as a model server. A server that is seen on 127.0.0.1 and on ::1 is
 * told once, as 127.0.0.1. Resolves within `timeoutMs`; never rejects.
 */
export async function detectServers(options: DetectOptions): Promise<readonly FoundServer[]> {
  const { timeoutMs, ports = usualPorts(), extraPorts = [], exceptPorts = [], hosts = ['127.0.0.1', '::1'] } = options;
  const wanted = [...new Set([...ports, ...extraPorts])].filter((port) => !exceptPorts.includes(port));
  const sightings = await Promise.all(
    wanted.flatMap((port) =>
      hosts.map(async (host): Promise<Sighting> => {
        const url = new URL(`http://${host === '::1' ? '[::1]' : host}:${port}`);
        return { url: addressText(url), port, identity: await identify(url, { timeoutMs }) };
      }),
    ),
  );
  const servers = sightings.filter(({ identity }) => isModelServer(identity));
  return servers.filter((server, index) => !isSeenBefore(server, servers.slice(0, index))).map(describe);
}

// Ports such as 8000 and 8080 belong to many programs: what bears no mark must at least list models.
function isModelServer(identity: Identity): boolean {
  return identity.kind !== 'unknown' || identity.models.length > 0;
}

function isSeenBefore(server: Sighting, before: readonly Sighting[]): boolean {
  return before.some(
    ({ port, identity }) =>
      port === server.port && identity.kind === server.identity.kind && haveSameModels(identity, server.identity),
  );
}

// One of two lists can have come too late and be empty.
function haveSameModels(one: Identity, other: Identity): boolean {
  if (one.models.length === 0 || other.models.length === 0) return true;
  return one.models.length === other.models.length && one.models.every((model) => other.models.includes(model));
}

function describe({ url, identity }: Sighting): FoundServer {
  return {
    url,
    kind: identity.kind,
    name: upstreamKindRow(identity.kind).name,
    models: [...identity.models],
    needsCredential: identity.needsCredential,
  };
}
