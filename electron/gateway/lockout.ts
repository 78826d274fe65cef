// Failed attempts to come in, by address: whoever guesses keys is put off for longer and longer. Answers failures alone; a
// valid key is never refused for where it comes from, or one container behind a bridge would lock everybody out.

import { KeyhatchError } from '../../shared/errors.ts';
import type { LockedAddress } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import { addressBlock } from '../lib/address-block.ts';
import type { Clock } from '../lib/clock.ts';
import { createPutOffs } from '../lib/put-offs.ts';

export type Lockout = {
  /** Notes a failed attempt. Returns what to answer instead of the failure while the address is put off. */
  readonly failed: (clientAddress: string) => KeyhatchError | undefined;
  /** Addresses that are put off now, the longest first. */
  readonly list: () => LockedAddress[];
  /** Forgets what an address did. False when it was not put off. */
  readonly unlock: (address: string) => boolean;
};

export type LockoutPorts = { readonly settings: () => Settings; readonly clock: Clock };

/** No client waits longer than this of itself; see the error table of the README. */
const longestRetrySeconds = 59;

export function createLockout({ settings, clock }: LockoutPorts): Lockout {
  const addresses = createPutOffs({
    rule: () => ({ attempts: settings()['access.lockoutAttempts'], windowMs: settings()['access.lockoutWindowMs'] }),
    clock,
  });
  return {
    failed(clientAddress) {
      const leftSeconds = addresses.failed(addressBlock(clientAddress));
      if (leftSeconds === undefined) return undefined;
      return new KeyhatchError('too_many_attempts', {
        details: { leftSeconds, seconds: Math.min(longestRetrySeconds, Math.max(1, leftSeconds)) },
      });
    },
    list: () => addresses.list().map(({ name, ...times }) => ({ address: name, ...times })),
    // As it is listed, or any address of the block.
    unlock: (address) =>
      [address, addressBlock(address)].some(
        (name) => addresses.secondsLeft(name) !== undefined && addresses.forget(name),
      ),
  };
}
