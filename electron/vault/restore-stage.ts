// What a backup puts into the vault, in two steps with the decision between them lying elsewhere: first all of it beside what
// counts, under names of its own, and later in its place. Cut off anywhere, each step can be done again from its beginning.

import type { Vault } from './vault.ts';
import { printVerifiers, type Verifier, verifiersPerEntry } from './verifier-lines.ts';

export type VaultContent = {
  /** As the vault keeps it. */
  readonly root: string;
  readonly verifiers: readonly Verifier[];
  /** By the id of the upstream. */
  readonly upstreamSecrets: Readonly<Record<string, string>>;
};

/** What was staged, as far as one must know to find it again. Holds no secret. */
export type Staged = { readonly entries: number; readonly upstreamIds: readonly string[] };

const stagedName = (name: string) => `restore/${name}`;

export function plannedStage(content: VaultContent): Staged {
  return {
    entries: Math.ceil(content.verifiers.length / verifiersPerEntry),
    upstreamIds: Object.keys(content.upstreamSecrets),
  };
}

export async function stage(vault: Vault, content: VaultContent): Promise<void> {
  const { entries } = plannedStage(content);
  for (let n = 0; n < entries; n++) {
    const lines = content.verifiers.slice(n * verifiersPerEntry, (n + 1) * verifiersPerEntry);
    await vault.set(stagedName(`verifiers/${n}`), printVerifiers(lines));
  }
  for (const [id, secret] of Object.entries(content.upstreamSecrets)) {
    await vault.set(stagedName(`upstream/${id}`), secret);
  }
  await vault.set(stagedName('root'), content.root);
}

/** Puts what was staged in the place of what counts. False, with nothing changed, where it is not whole. */
export async function takeOver(vault: Vault, staged: Staged): Promise<boolean> {
  const names = [...namesOf(staged)];
  const values = new Map<string, string>();
  for (const name of names) {
    const value = await vault.get(stagedName(name));
    if (value === null) return false;
    values.set(name, value);
  }
  // As the verifiers' own writer does: the number of entries is raised before they are written, and lowered at the end.
  const before = Number((await vault.get('verifiers')) ?? 0);
  const most = Math.max(staged.entries, Number.isSafeInteger(before) ? before : 0);
  if (most > 0) await vault.set('verifiers', String(most));
  for (const [name, value] of values) await vault.set(name, value);
  for (let n = staged.entries; n < most; n++) await vault.delete(`verifiers/${n}`);
  await (staged.entries === 0 ? vault.delete('verifiers') : vault.set('verifiers', String(staged.entries)));
  return true;
}

/** Forgets what was staged. */
export async function unstage(vault: Vault, staged: Staged): Promise<void> {
  for (const name of namesOf(staged)) await vault.delete(stagedName(name));
}

function* namesOf({ entries, upstreamIds }: Staged): Iterable<string> {
  for (let n = 0; n < entries; n++) yield `verifiers/${n}`;
  for (const id of upstreamIds) yield `upstream/${id}`;
  yield 'root';
}
