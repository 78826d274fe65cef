// Takes the window's message port and answers the contract on it. Raises trust, so it checks who asks on every hand-over:
// our own top frame, showing our own page. Review this file hardest.

import { RPCHandler } from '@orpc/server/message-port';
import { type IpcMainEvent, ipcMain } from 'electron';
import { errorsToWire } from '../../shared/error-wire.ts';
import { atTheMachine } from '../../shared/people-model.ts';
import type { Log } from '../lib/log.ts';
import type { House } from '../shell.ts';
import { isOwnUrl } from './app-protocol.ts';

/** Name of the one channel; the preload sends it with a port and nothing else. */
const contractChannel = 'keyhatch:contract';

export function offerContract(ports: { readonly router: House['router']; readonly log: Log }): void {
  const handler = new RPCHandler(ports.router, { clientInterceptors: [errorsToWire(ports.log)] });
  ipcMain.on(contractChannel, (event) => {
    const [port] = event.ports;
    if (!port) return;
    if (!isOwnPage(event)) {
      ports.log.warn('a page that is not ours asked for the contract and was refused');
      port.close();
      return;
    }
    handler.upgrade(port, { context: { actor: { kind: 'window', detail: null }, caller: atTheMachine } });
    port.start();
  });
}

function isOwnPage(event: IpcMainEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === event.sender.mainFrame && isOwnUrl(frame.url);
}
