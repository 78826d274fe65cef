// The part of composing that joins what comes in from elsewhere and goes out: imports, exports, backups. Used by compose.ts
// alone.

import type { Ledger } from './compose-ledger.ts';
import type { JoinedVault } from './compose-vault.ts';
import { type Backup, createBackup, restoredSettingsFact } from './core/backup.ts';
import type { RecordHistory } from './core/history.ts';
import type { Interfaces } from './core/interfaces.ts';
import { createKeyTransfer, type KeyTransfer } from './core/key-import.ts';
import type { KeyRegistry } from './core/key-registry.ts';
import type { Keys } from './core/keys.ts';
import type { People } from './core/people.ts';
import type { Projects } from './core/projects.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import { sealBackup, unsealBackup } from './vault/backup-seal.ts';
import { restoreFact } from './vault/profile-vault.ts';

export function joinTransfer(options: {
  readonly ledger: Pick<Ledger, 'meta' | 'keyTable' | 'projectTable' | 'peopleTable' | 'writeRestored'>;
  readonly vault: Omit<JoinedVault, 'open'>;
  readonly registry: KeyRegistry;
  readonly keys: Keys;
  readonly projects: Projects;
  readonly people: Pick<People, 'reload'>;
  readonly settings: SettingsBook;
  /** What the system says of its interfaces now. */
  readonly interfaces: () => Interfaces;
  readonly record: RecordHistory;
  readonly clock: Clock;
  readonly log: Log;
  /** Told after a restore which keys and projects may be others now, or gone. */
  readonly onRestored: (keyIds: readonly string[], projectIds: readonly string[]) => void;
}): { readonly keyTransfer: KeyTransfer; readonly backup: Backup } {
  const { ledger, registry, keys, projects, people, settings, record, clock } = options;
  const { vault, vaultDoor, closedFor } = options.vault;
  const backup = createBackup({
    keys: ledger.keyTable.list,
    projects: ledger.projectTable.list,
    people: ledger.peopleTable.list,
    isKnownPerson: (id) => ledger.peopleTable.nameOf(id) !== undefined,
    interfaces: options.interfaces,
    settings,
    vault: {
      content: vault.content,
      upstreamSecret: (id) => vault.secrets.get(`upstream/${id}`),
      stage: async (part) => ({ [restoreFact]: JSON.stringify(await vault.stage(part)) }),
      closedFor,
    },
    seal: sealBackup,
    unseal: unsealBackup,
    replaceAll(content) {
      ledger.writeRestored({ ...content, nowMs: clock.now() });
      // Decided: from here on nothing may look as if it had failed.
      try {
        people.reload();
        const [projectIds, keyIds] = [projects.reload(), registry.reloadAll()];
        options.onRestored(keyIds, projectIds);
        putRestoredSettings(ledger.meta, settings);
      } catch (error) {
        options.log.error('a part of what was restored counts from the next start', { error });
      }
    },
    clock,
    record,
  });
  return { keyTransfer: createKeyTransfer({ keys, projects, vault: vaultDoor, clock }), backup };
}

/** Puts the settings of a backup in place, also those of a restore that was cut off before it got there. */
export function putRestoredSettings(meta: Ledger['meta'], settings: SettingsBook): void {
  const text = meta.get(restoredSettingsFact);
  if (text === undefined) return;
  const { values, others } = JSON.parse(text);
  settings.takeOver(values, others);
  meta.remove(restoredSettingsFact);
}
