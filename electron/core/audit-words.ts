// What looking through the audit log found, in a sentence or two for people. Pure.

import type { AuditReport } from '../../shared/audit-model.ts';

type Found = Pick<AuditReport, 'state' | 'broken'> & Partial<AuditReport>;

export function reportOf(found: Partial<Found> & Pick<AuditReport, 'state'>): AuditReport {
  const whole = {
    entries: 0,
    chained: 0,
    late: 0,
    imported: 0,
    waiting: 0,
    earlier: 0,
    head: null,
    broken: null,
    ...found,
  };
  return { ...whole, says: sentence(whole) };
}

function sentence({ state, broken, entries, waiting }: Omit<AuditReport, 'says'>): string {
  if (state === 'unknown')
    return 'Nobody can tell at the moment, because the vault with the key of this log is locked. Entries are kept, and chained once it opens.';
  if (broken) return brokenSentence(broken);
  if (entries === 0) return 'Nothing was noted yet.';
  return waiting === 0
    ? 'Every entry is as it was made, and none is missing.'
    : `Every chained entry is as it was made, and none is missing. ${waiting} were made while the vault was locked and are not chained yet.`;
}

function brokenSentence({ kind, seq }: NonNullable<AuditReport['broken']>): string {
  switch (kind) {
    case 'changed':
      return `Entry ${seq} is not as it was made: it, or its place in the log, was changed in the database itself.`;
    case 'missing':
      return `Entry ${seq} is missing, or its link is: it was taken out of the database itself.`;
    case 'cut':
      return `Entries from ${seq} on are missing: the newest were taken out, or the database was replaced by an older copy.`;
    case 'earlier':
      return 'An entry from before the present chain was changed or taken out in the database itself.';
    case 'head_lost':
      return 'The vault no longer knows how far this log went, so nobody can tell whether the newest entries are missing.';
  }
}
