// Why a server could not begin to listen, for people: the same words whoever it is that wants the port.

import { KeyhatchError } from '../../shared/errors.ts';
import { nextFreePort } from './port-check.ts';
import { findPortHolder } from './port-holder.ts';

/** A failure to listen for people: `port_in_use` or `address_unavailable`, or the error as it is. */
export async function whyNotListening(error: unknown, hosts: readonly string[], port: number): Promise<unknown> {
  const { code, address } = error as NodeJS.ErrnoException & { address?: string };
  const host = address ?? hosts[0] ?? '';
  const unavailable = (reason: string) =>
    new KeyhatchError('address_unavailable', { details: { host, reason }, cause: error });
  switch (code) {
    case 'EADDRINUSE': {
      const [holder, free] = await Promise.all([findPortHolder(port), nextFreePort(hosts, port)]);
      const details = { port, host, by: holder ? ` by ${holder}` : '', free: free ?? 0 };
      return new KeyhatchError('port_in_use', { details, cause: error });
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAFNOSUPPORT':
      return unavailable('it is no address of this machine');
    case 'EACCES':
      return unavailable(`port ${port} needs rights that this program does not have; use one above 1023`);
    default:
      return error;
  }
}
