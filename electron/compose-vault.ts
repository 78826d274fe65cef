// The part of composing that joins a profile's vault with what the database says of its keys. Used by compose.ts alone.

import type { Ledger } from './compose-ledger.ts';
import type { Clock } from './lib/clock.ts';
import type { Shell } from './shell.ts';
import { closedVault } from './vault/closed-vault.ts';
import { openProfileVault, type ProfileVault } from './vault/profile-vault.ts';

export function joinVault(options: {
  readonly shell: Pick<Shell, 'vault' | 'dataDir' | 'env' | 'log'>;
  readonly ledger: Pick<Ledger, 'meta' | 'keysDamaged'>;
  readonly knownKeyIds: () => readonly string[];
  readonly clock: Clock;
}): ProfileVault {
  const { shell, ledger, knownKeyIds, clock } = options;
  const { vault: wanted, dataDir, env, log } = shell;
  if (ledger.keysDamaged) return closedVault(wanted);
  return openProfileVault({ wanted, meta: ledger.meta, knownKeyIds, dataDir, env, log, clock });
}
