// Who may call the admin API: an admin key that may act now, and nobody else. Every credential costs the same look-up, known
// or not. Limits how often each key calls, and has some of those who failed noted. Raises trust.

import { KeyhatchError } from '../../shared/errors.ts';
import { isAdminKey } from '../../shared/key-format.ts';
import type { CallContext } from '../lib/acting.ts';
import type { Clock } from '../lib/clock.ts';
import { createFailureNotes } from '../lib/failure-notes.ts';

type Admin = { readonly id: string; readonly name: string };

export type ApiDoor = {
  /** @throws KeyhatchError `admin_key_unknown`, `admin_key_required`, `rate_limited`, `vault_locked` */
  readonly admit: (credential: string, address: string) => CallContext;
};

const minuteMs = 60_000;
const callsPerMinute = 600;

export function createApiDoor(ports: {
  /** @throws KeyhatchError `vault_locked` */
  readonly verify: (credential: string) => Admin | undefined;
  readonly contextOf: (admin: Admin) => CallContext;
  /** Told of those failures that are to be kept; `more` stands for those of further addresses. */
  readonly noteFailure: (address: string, which: 'this' | 'more') => void;
  readonly clock: Clock;
}): ApiDoor {
  const { clock } = ports;
  const notes = createFailureNotes(ports);
  const calls = new Map<string, readonly number[]>();

  function count({ id, name }: Admin): void {
    const now = clock.monotonic();
    const within = (calls.get(id) ?? []).filter((at) => now - at < minuteMs);
    const [oldest] = within;
    if (oldest !== undefined && within.length >= callsPerMinute) {
      const seconds = Math.max(1, Math.ceil((oldest + minuteMs - now) / 1000));
      const details = { name, limit: callsPerMinute, span: 'minute', wait: `${seconds} s`, seconds };
      throw new KeyhatchError('rate_limited', { details });
    }
    calls.set(id, [...within, now]);
  }

  return {
    admit(credential, address) {
      const admin = ports.verify(credential);
      if (!admin) {
        const which = notes.take(address);
        if (which) ports.noteFailure(address, which);
        // By its spelling alone, so that nobody learns here whether there is such a key.
        throw new KeyhatchError(isAdminKey(credential) ? 'admin_key_unknown' : 'admin_key_required');
      }
      count(admin);
      return ports.contextOf(admin);
    },
  };
}
