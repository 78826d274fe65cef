// A keeper of certificates over a profile's facts and a vault in memory, with a clock that is moved by hand.

import { createCertificateKeeper } from '../../electron/certificates/certificate-keeper.ts';
import type { CertificateNames } from '../../electron/certificates/certificate-names.ts';
import { createCertificateStore } from '../../electron/certificates/certificate-store.ts';
import { silentLog } from '../../electron/lib/log.ts';
import { KeyhatchError } from '../../shared/errors.ts';

export const day = 86_400_000;

export function certificateBed(
  kept: { readonly facts?: Map<string, string>; readonly vault?: Map<string, string> } = {},
) {
  const { facts = new Map<string, string>(), vault = new Map<string, string>() } = kept;
  const noted: { action: string; id: string }[] = [];
  let now = Date.now();
  let locked = false;
  let wanted: CertificateNames = { names: ['localhost', 'studio', 'studio.local'], addresses: ['127.0.0.1', '::1'] };
  let changes = 0;
  function open(): Map<string, string> {
    if (locked)
      throw new KeyhatchError('vault_locked', { details: { vault: 'the OS keychain', reason: 'it is locked' } });
    return vault;
  }
  const keeper = createCertificateKeeper({
    store: createCertificateStore({
      meta: {
        get: (name) => facts.get(name),
        set: (name, value) => void facts.set(name, value),
        remove: (name) => void facts.delete(name),
      },
      secrets: {
        get: async (name) => open().get(name) ?? null,
        set: async (name, value) => void open().set(name, value),
        delete: async (name) => void open().delete(name),
      },
    }),
    wanted: () => wanted,
    needed: () => true,
    record: ({ action, subject }) => void noted.push({ action, id: subject.id }),
    onChange: () => {
      changes += 1;
    },
    clock: { now: () => now, monotonic: () => now },
    log: silentLog,
  });
  return {
    keeper,
    facts,
    vault,
    noted,
    changes: () => changes,
    passTime: (ms: number) => {
      now += ms;
    },
    lock: (is: boolean) => {
      locked = is;
    },
    want: (more: Partial<CertificateNames>) => {
      wanted = { ...wanted, ...more };
    },
  };
}
