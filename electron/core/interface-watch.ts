// Notices when the addresses of this machine change: a laptop in another Wi-Fi, a VPN that comes and goes. Looks every few
// seconds, because no system tells it in a way that Node passes on. Changes nothing itself.

import type { Log } from '../lib/log.ts';
import { type Interfaces, presentAddresses } from './interfaces.ts';

export type InterfaceWatch = {
  /** Looks now. True when there was something to follow. */
  readonly look: () => Promise<boolean>;
  readonly start: () => void;
  readonly stop: () => void;
};

export type InterfaceWatchPorts = {
  /** What the system says of its interfaces now. */
  readonly read: () => Interfaces;
  /** Told after each change; false when it could not be followed yet, so that it is told again. */
  readonly onChange: () => Promise<boolean>;
  readonly log: Log;
  readonly everyMs?: number;
};

const usualMs = 3_000;
/** A new IPv6 address can be had only after a second or two; one that another program holds may never be. */
const mostTries = 10;

export function createInterfaceWatch(ports: InterfaceWatchPorts): InterfaceWatch {
  let known = signatureOf(ports.read());
  let triesLeft = 0;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<boolean> {
    try {
      const signature = signatureOf(ports.read());
      const isNew = signature !== known;
      if (isNew) triesLeft = mostTries;
      if (triesLeft === 0) return false;
      known = signature;
      triesLeft -= 1;
      if (isNew) ports.log.info('the addresses of this computer have changed');
      if (await ports.onChange()) triesLeft = 0;
    } catch (error) {
      ports.log.warn('a change of the network could not be followed', { error });
    }
    return true;
  }

  return {
    look,
    start() {
      timer ??= setInterval(look, ports.everyMs ?? usualMs).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function signatureOf(interfaces: Interfaces): string {
  return presentAddresses(interfaces)
    .map((one) => `${one.interface} ${one.address}`)
    .sort()
    .join('\n');
}
