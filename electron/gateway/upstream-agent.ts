// Connections to upstreams: kept alive, as many as needed, and never reused after a pause in which the server may have
// closed them, because a generation that met a closing socket could not be sent again.

import { type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';

export type UpstreamAgents = {
  readonly for: (protocol: string) => HttpAgent;
  readonly close: () => void;
};

/** uvicorn, the commonest server behind us, closes idle connections after 5 s without saying so. */
const idleSocketMs = 4_000;

export function createUpstreamAgents(ports: { readonly lookup: LookupFunction | undefined }): UpstreamAgents {
  const options = {
    ...(ports.lookup === undefined ? {} : { lookup: ports.lookup }),

    keepAlive: true,
    maxSockets: Number.POSITIVE_INFINITY,
    maxFreeSockets: 64,
    scheduling: 'lifo' as const,
  };
  const http = limitIdleTime(new HttpAgent(options));
  const https = limitIdleTime(new HttpsAgent(options));
  return {
    for: (protocol) => (protocol === 'https:' ? https : http),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

// `timeout` among the agent's options would also ring during long silent prefills; these two hooks are Node's documented
// places to treat a socket differently while it is free.
function limitIdleTime<Agent extends HttpAgent>(agent: Agent): Agent {
  const keepSocketAlive = agent.keepSocketAlive.bind(agent);
  const reuseSocket = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = (socket: Duplex) => {
    const keep = keepSocketAlive(socket) as unknown as boolean;
    if (keep && 'setTimeout' in socket)
      (socket as Duplex & { setTimeout: (ms: number) => void }).setTimeout(idleSocketMs);
    return keep;
  };
  agent.reuseSocket = (socket: Duplex, request: ClientRequest) => {
    if ('setTimeout' in socket) (socket as Duplex & { setTimeout: (ms: number) => void }).setTimeout(0);
    reuseSocket(socket, request);
  };
  return agent;
}
