// The proxy library alone, a process of its own: what Keyhatch is held against. The same library called in the same way,
// with the same connections to the upstream, and nothing else: no key, no policy, no meter.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyServer } from 'http-proxy';
import { createUpstreamAgents } from '../electron/gateway/upstream-agent.ts';

const proxy = createProxyServer();
const agent = createUpstreamAgents({ lookup: undefined }).for('http:');
proxy.on('error', (_error, _req, res) => {
  if (res && 'destroy' in res) res.destroy();
});

let target = '';
const server = createServer((req, res) => {
  proxy.web(req, res, { target: target + req.url, ignorePath: true, agent }).catch(() => {});
});

process.on('message', (question: { readonly target: string }) => {
  ({ target } = question);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
    process.send?.({ answer: (server.address() as AddressInfo).port });
  });
});
// A profile is only written by a process that ends by itself.
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
