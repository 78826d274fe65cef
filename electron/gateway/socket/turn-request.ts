// The request that one message of a WebSocket stands for: the head of the upgrade as a POST, with the message as its body.
// It goes the way of every other request, so that no rule knows whether it came over a socket. Decides nothing.

import { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What the upgrade itself needed. `sec-websocket-protocol` stays, as it may carry the key. */
const ofTheUpgrade =
  /^(?:connection|upgrade|content-(?:type|length|encoding)|transfer-encoding|expect|accept|sec-websocket-(?:key|version|extensions|accept))$/i;

/**
 * @param upgrade its head was let in already; whatever it says is heard again for each message
 * @param wire stands for the connection, and knows its two addresses
 */
export function turnRequest(upgrade: IncomingMessage, body: Buffer, wire: Duplex): IncomingMessage {
  // All that is asked of its connection is whether it lives and where it leads.
  const req = new IncomingMessage(wire as unknown as ConstructorParameters<typeof IncomingMessage>[0]);
  req.method = 'POST';
  req.url = upgrade.url ?? '/';
  req.httpVersion = '1.1';
  req.httpVersionMajor = 1;
  req.httpVersionMinor = 1;
  req.rawHeaders = [];
  for (let i = 0; i < upgrade.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = upgrade.rawHeaders.slice(i, i + 2);
    if (!ofTheUpgrade.test(name)) req.rawHeaders.push(name, value);
  }
  req.headers = {
    ...Object.fromEntries(Object.entries(upgrade.headers).filter(([name]) => !ofTheUpgrade.test(name))),
    'content-type': 'application/json',
    'content-length': String(body.length),
    accept: 'text/event-stream',
  };
  req.push(body);
  req.push(null);
  req.complete = true;
  return req;
}
