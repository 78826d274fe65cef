// Calls that run one after the other. Two callers may want to change the same entry, and a keychain that hangs holds one
// of Node's four pool threads for every call begun: with four of them gone, files and name look-ups stand still too.

import { KeyhatchError } from '../../shared/errors.ts';
import type { VaultKind } from '../../shared/model.ts';
import { withDeadline } from '../lib/lifetime.ts';
import { createTurns, type InTurn } from '../lib/turns.ts';
import { vaultLocked } from './vault.ts';

/**
 * Turns for a backend that may hang: a call ends by its deadline, and one that was still waiting then is never begun.
 * Whatever fails, fails as `vault_locked`; a KeyhatchError passes as it is.
 * @param explain words for people to a backend's own error
 */
export function createBoundedTurns(options: {
  readonly kind: VaultKind;
  readonly deadlineMs: number;
  readonly explain: (error: unknown) => string;
}): InTurn {
  const { kind, deadlineMs, explain } = options;
  const inTurn = createTurns();
  return async (work) => {
    let late = false;
    const call = inTurn(() => (late ? Promise.reject(new Error('its caller has gone')) : work()));
    try {
      return await withDeadline(call, deadlineMs, () => {
        late = true;
        return 'late';
      });
    } catch (error) {
      if (late) throw vaultLocked(kind, `it did not answer within ${deadlineMs / 1000} s`);
      throw error instanceof KeyhatchError ? error : vaultLocked(kind, explain(error), error);
    }
  };
}
