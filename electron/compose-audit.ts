// The part of composing that joins the audit log: the history's table, the vault's key and head, and what is asked about
// both. Used by compose.ts alone.

import type { Ledger } from './compose-ledger.ts';
import type { JoinedVault } from './compose-vault.ts';
import { type Audit, createAudit } from './core/audit.ts';
import { type AuditExportCall, createAuditExport } from './core/audit-export.ts';
import type { HistoryPorts, RecordHistory } from './core/history.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';

export type JoinedAudit = {
  /** Where the history writes, so that every entry is chained. */
  readonly store: HistoryPorts['store'];
  readonly calls: Pick<Audit, 'verify' | 'beginAnew'> & { readonly export: AuditExportCall };
};

export function joinAudit(ports: {
  readonly ledger: Pick<Ledger, 'historyTable'>;
  readonly vault: Pick<JoinedVault, 'vault' | 'derive' | 'whenOpen'>;
  readonly record: RecordHistory;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
}): JoinedAudit {
  const { vault, derive, whenOpen } = ports.vault;
  const { historyTable: table } = ports.ledger;
  const audit = createAudit({
    store: table,
    key: () => derive('audit chain 1'),
    secrets: vault.secrets,
    forgets: vault.kind() === 'memory',
    note: (action, detail) =>
      ports.record({ action, subject: { kind: 'profile', id: 'audit', name: 'audit log' }, detail }),
    log: ports.log,
  });
  whenOpen(audit.vaultOpened);
  ports.lifetime.own('audit log', audit.close);
  return {
    store: { ...table, add: audit.add },
    calls: {
      verify: audit.verify,
      beginAnew: audit.beginAnew,
      export: createAuditExport({ store: table, clock: ports.clock }),
    },
  };
}
