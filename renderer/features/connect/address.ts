// The address that goes into snippets.

import type { Status } from '../../../shared/model.ts';

/** While the server does not run; the port is the one it usually has. */
const placeholderAddress = 'http://127.0.0.1:1235';

export function addressOf(status: Status | undefined): string {
  return status?.server.urls[0] ?? placeholderAddress;
}
