// What people prove themselves with, as the vault keeps it: one entry a person, with the hash of the password, the secret of
// the authenticator and digests of recovery codes. Read once and held in memory, so that a name that nobody has takes
// no less time than one that somebody has.

import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { type PersonProofs, personProofs } from '../../shared/person-proofs.ts';
import { createTurns, type InTurn } from '../lib/turns.ts';

const noProofs: PersonProofs = { password: null, totp: null, recovery: [] };

export type ProofShelf = {
  /** @throws KeyhatchError `vault_locked` */
  readonly get: (personId: string) => Promise<PersonProofs>;
  /**
   * Changes what the patch names; returns when the vault has it. One after the other for each person, so that nothing that
   * was taken away comes back with what was read before. @throws KeyhatchError `vault_locked`, and what `patch` throws
   * @param patch or what makes it of what is kept at its turn; without a patch nothing changes
   * @param done what belongs to the change, done before the next has its turn
   */
  readonly put: (
    personId: string,
    patch: Partial<PersonProofs> | ((kept: PersonProofs) => Partial<PersonProofs> | undefined),
    done?: () => void,
  ) => Promise<void>;
  readonly remove: (personId: string) => Promise<void>;
  /** How many recovery codes are left, as far as they have been read. */
  readonly codesLeft: (personId: string) => number;
  /** Reads those of all these people, so that none of them is waited for later. @throws KeyhatchError `vault_locked` */
  readonly readAll: (personIds: readonly string[]) => Promise<void>;
};

export type ProofVault = {
  readonly get: (name: string) => Promise<string | null>;
  readonly set: (name: string, value: string) => Promise<void>;
  readonly delete: (name: string) => Promise<void>;
};

export function createProofShelf(vault: ProofVault): ProofShelf {
  const known = new Map<string, PersonProofs>();
  const turns = new Map<string, InTurn>();
  const entry = (personId: string) => `person/${personId}`;

  async function get(personId: string): Promise<PersonProofs> {
    const there = known.get(personId);
    if (there) return there;
    const text = await vault.get(entry(personId));
    const read = text === null ? noProofs : personProofs.parse(JSON.parse(text));
    // Written meanwhile: that counts.
    const fresh = known.get(personId) ?? read;
    known.set(personId, fresh);
    return fresh;
  }

  function inTurnOf(personId: string): InTurn {
    const turn = turns.get(personId) ?? createTurns();
    turns.set(personId, turn);
    return turn;
  }

  return {
    get,
    put: (personId, patch, done) =>
      inTurnOf(personId)(async () => {
        const kept = await get(personId);
        const changes = typeof patch === 'function' ? patch(kept) : patch;
        if (!changes) return;
        const fresh = { ...kept, ...changes };
        await vault.set(entry(personId), JSON.stringify(fresh));
        known.set(personId, fresh);
        done?.();
      }),
    async remove(personId) {
      known.set(personId, noProofs);
      await inTurnOf(personId)(async () => {
        known.set(personId, noProofs);
        await vault.delete(entry(personId));
      });
    },
    codesLeft: (personId) => known.get(personId)?.recovery.length ?? 0,
    async readAll(personIds) {
      for (const personId of personIds) await get(personId);
    },
  };
}

const codesCount = 10;
/** Without letters and digits that look alike: 31 of them, so that 16 carry 79 bits. */
const codeLetters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Ten new recovery codes, to be shown once, and what is kept of them. */
export function makeRecoveryCodes(): { readonly codes: string[]; readonly digests: string[] } {
  const letter = () => codeLetters[randomInt(codeLetters.length)] ?? '';
  const group = () => Array.from({ length: 4 }, letter).join('');
  const codes = Array.from({ length: codesCount }, () => Array.from({ length: 4 }, group).join('-'));
  return { codes, digests: codes.map(digestOfCode) };
}

/** Which of the digests a code belongs to; compares with all of them. */
export function digestThatFits(code: string, digests: readonly string[]): string | undefined {
  const given = Buffer.from(digestOfCode(code));
  return digests.filter((digest) => digest.length === given.length && timingSafeEqual(Buffer.from(digest), given))[0];
}

// However it was typed.
function digestOfCode(code: string): string {
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, '');
  return createHash('sha256').update(plain).digest('base64url');
}
