// People and the invitations that wait for them, as they are kept. Holds no password and no authenticator's secret (those lie
// in the vault), and of an invitation's token the digest alone. Removed people stay for the name of their usage.

import type { DatabaseSync } from 'node:sqlite';
import {
  type InviteFacts,
  inviteFacts,
  type MemberLimits,
  memberLimits,
  type PersonFacts,
  personFacts,
  usualMemberLimits,
} from '../../shared/people-model.ts';
import { durably } from './transaction.ts';

/** A person as they are kept. `totpStep`: the last step of time whose code was used. */
export type StoredPerson = Readonly<Omit<PersonFacts, 'keys'>> & { readonly totpStep: number };

/** `personId`: whom a reset is for; `invitedBy`: the person or the admin key that made it, null where it was the machine. */
export type StoredInvite = InviteFacts & {
  readonly digest: string;
  readonly personId: string | null;
  readonly invitedBy: string | null;
};

export type PeopleTable = {
  /** Everybody who has not been removed, oldest first. */
  readonly list: () => StoredPerson[];
  /** Makes them, or puts them in the place of the one with their id; returns when it lies on the disk. */
  readonly put: (person: StoredPerson) => void;
  readonly remove: (id: string, nowMs: number) => void;
  /** Also of somebody who was removed. */
  readonly nameOf: (id: string) => string | undefined;
  readonly noteSeen: (id: string, atMs: number) => void;
  /** False when a code of this step or a later one was used before. */
  readonly takeTotpStep: (id: string, step: number) => boolean;
};

export type InviteTable = {
  /** Those that have not ended, newest first. */
  readonly list: (nowMs: number) => StoredInvite[];
  readonly find: (digest: string) => StoredInvite | undefined;
  readonly add: (invite: StoredInvite) => void;
  /** Takes it away; false when it was gone, so that of two who use it at once one is told so. */
  readonly take: (id: string) => boolean;
  readonly dropOf: (personId: string) => void;
  readonly dropEnded: (nowMs: number) => void;
};

type Row = Readonly<Record<string, string | number | null>>;

export function createPeopleTable(db: DatabaseSync): PeopleTable {
  const all = db.prepare('SELECT * FROM people WHERE removed_at IS NULL ORDER BY created_at, rowid');
  const put = db.prepare(`
    INSERT INTO people (id, name, role, paused, limits, created_at, last_seen_at, password_set_at, totp, totp_step)
    VALUES (:id, :name, :role, :paused, :limits, :created_at, :last_seen_at, :password_set_at, :totp, :totp_step)
    ON CONFLICT (id) DO UPDATE SET name = :name, role = :role, paused = :paused, limits = :limits,
      last_seen_at = max(coalesce(last_seen_at, 0), :last_seen_at), password_set_at = :password_set_at, totp = :totp,
      totp_step = max(totp_step, :totp_step), removed_at = NULL`);
  const remove = db.prepare('UPDATE people SET removed_at = ? WHERE id = ? AND removed_at IS NULL');
  const name = db.prepare('SELECT name FROM people WHERE id = ?');
  const seen = db.prepare('UPDATE people SET last_seen_at = ? WHERE id = ?');
  const useStep = db.prepare('UPDATE people SET totp_step = :step WHERE id = :id AND totp_step < :step');
  return {
    list: () => all.all().map((row) => personOf(row as Row)),
    put: (person) => {
      durably(db, () => put.run(recordOf(person)));
    },
    remove: (id, nowMs) => {
      durably(db, () => remove.run(nowMs, id));
    },
    nameOf: (id) => (name.get(id) as { name: string } | undefined)?.name,
    noteSeen: (id, atMs) => {
      seen.run(atMs, id);
    },
    takeTotpStep: (id, step) => durably(db, () => useStep.run({ id, step })).changes === 1,
  };
}

export function createInviteTable(db: DatabaseSync): InviteTable {
  const all = db.prepare('SELECT * FROM invites WHERE expires_at > ? ORDER BY created_at DESC, rowid DESC');
  const one = db.prepare('SELECT * FROM invites WHERE digest = ?');
  const add = db.prepare(`
    INSERT INTO invites (id, digest, kind, role, name, limits, person_id, invited_by, created_at, expires_at)
    VALUES (:id, :digest, :kind, :role, :name, :limits, :person_id, :invited_by, :created_at, :expires_at)`);
  const take = db.prepare('DELETE FROM invites WHERE id = ?');
  const dropOf = db.prepare('DELETE FROM invites WHERE person_id = ?');
  const dropEnded = db.prepare('DELETE FROM invites WHERE expires_at <= ?');
  return {
    list: (nowMs) => all.all(nowMs).map((row) => inviteOf(row as Row)),
    find(digest) {
      const row = one.get(digest);
      return row && inviteOf(row as Row);
    },
    add: ({ createdAt, expiresAt, personId, invitedBy, limits, ...invite }) => {
      const times = { created_at: createdAt, expires_at: expiresAt };
      const people = { person_id: personId, invited_by: invitedBy };
      durably(db, () => add.run({ ...invite, ...times, ...people, limits: JSON.stringify(limits) }));
    },
    take: (id) => durably(db, () => take.run(id)).changes === 1,
    dropOf: (personId) => {
      durably(db, () => dropOf.run(personId));
    },
    dropEnded: (nowMs) => {
      dropEnded.run(nowMs);
    },
  };
}

function recordOf(person: StoredPerson): Record<string, string | number | null> {
  return {
    id: person.id,
    name: person.name,
    role: person.role,
    paused: person.status === 'paused' ? 1 : 0,
    limits: JSON.stringify(person.limits),
    created_at: person.createdAt,
    last_seen_at: person.lastSeenAt,
    password_set_at: person.passwordSetAt,
    totp: person.totp ? 1 : 0,
    totp_step: person.totpStep,
  };
}

const storedFacts = personFacts.omit({ keys: true });

function personOf(row: Row): StoredPerson {
  const facts = storedFacts.parse({
    id: row['id'],
    name: row['name'],
    role: row['role'],
    status: row['paused'] === 1 ? 'paused' : 'active',
    createdAt: row['created_at'],
    lastSeenAt: row['last_seen_at'],
    totp: row['totp'] === 1,
    passwordSetAt: row['password_set_at'],
    limits: readLimits(row['limits']),
  });
  return { ...facts, totpStep: Number(row['totp_step']) };
}

function inviteOf(row: Row): StoredInvite {
  const facts = inviteFacts.parse({
    id: row['id'],
    kind: row['kind'],
    role: row['role'],
    name: row['name'],
    limits: readLimits(row['limits']),
    createdAt: row['created_at'],
    expiresAt: row['expires_at'],
  });
  const textOf = (column: string) => (row[column] === null ? null : String(row[column]));
  return { ...facts, digest: String(row['digest']), personId: textOf('person_id'), invitedBy: textOf('invited_by') };
}

// Limits that cannot be read let nothing pass: their owner sees somebody who may do nothing, and not one who may do all.
function readLimits(kept: unknown): MemberLimits {
  try {
    const read = memberLimits.safeParse(JSON.parse(String(kept)));
    if (read.success) return read.data;
  } catch {}
  return { ...usualMemberLimits, keys: 0, operations: [], rpm: 0, rph: 0, tpm: 0 };
}
