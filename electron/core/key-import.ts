// Makes keys of values from other programs, one by one, and says of each what became of it. Values come in and go to the
// vault; nothing that is said here repeats one.

import { KeyhatchError } from '../../shared/errors.ts';
import { unsuitableForImport, weakBelowChars } from '../../shared/key-format.ts';
import { itemName } from '../../shared/names.ts';
import type { ImportLine, ImportReport, KeyExport, KeyImport } from '../../shared/transfer-model.ts';
import type { Clock } from '../lib/clock.ts';
import { type Candidate, looksLikeValue, readKeys } from './import-reader.ts';
import type { VaultDoor } from './key-registry.ts';
import type { Keys } from './keys.ts';
import type { Projects } from './projects.ts';

export type KeyTransferPorts = {
  readonly keys: Pick<Keys, 'create' | 'isTaken' | 'list'>;
  readonly projects: Pick<Projects, 'get' | 'list'>;
  readonly vault: VaultDoor;
  readonly clock: Clock;
};

export type KeyTransfer = {
  readonly import: (input: KeyImport) => Promise<ImportReport>;
  readonly export: () => KeyExport;
};

type Judged = { readonly candidate: Candidate; readonly name: string | null; readonly why: string | undefined };

export function createKeyTransfer(ports: KeyTransferPorts): KeyTransfer {
  const { keys, projects, vault, clock } = ports;

  async function importKeys({ text, format: wanted, project, dryRun }: KeyImport): Promise<ImportReport> {
    const { format, candidates } = readKeys(text, wanted);
    const projectId = project === undefined ? undefined : projects.get(project).id;
    const judge = createJudge();
    const lines: ImportLine[] = [];
    for (const candidate of candidates) {
      const judged = judge(candidate);
      lines.push(judged.why !== undefined || dryRun ? lineOf(judged, null) : await take(judged, projectId));
    }
    const good = lines.filter(({ imported }) => imported).length;
    return { format, dryRun, imported: good, lines };
  }

  async function take(judged: Judged, project: string | undefined): Promise<ImportLine> {
    const { line: _line, name: _name, value = '', why: _why, leftOut: _leftOut, paused, ...facts } = judged.candidate;
    const imported = { weak: isWeak(value), paused: paused ?? false };
    try {
      const { id } = await keys.create({ ...facts, name: judged.name ?? '', value, project, imported });
      return lineOf(judged, id);
    } catch (error) {
      if (!(error instanceof KeyhatchError)) throw error;
      return lineOf({ ...judged, why: error.message }, null);
    }
  }

  /** Looks at one after the other: what two of them have in common counts for the first. */
  function createJudge(): (candidate: Candidate) => Judged {
    const names = new Set<string>();
    const values = new Set<string>();
    let unnamed = 0;

    const isFree = (name: string) => !names.has(name.toLowerCase()) && !keys.isTaken(name);

    function freeName(): string {
      for (;;) {
        unnamed += 1;
        const name = `Imported ${unnamed}`;
        if (isFree(name)) return name;
      }
    }

    function reasonAgainst({ value, why, expiresAt }: Candidate, name: string): string | undefined {
      if (value === undefined) return why ?? 'it has no value';
      const unsuitable = unsuitableForImport(value);
      if (unsuitable !== undefined) return unsuitable;
      if (values.has(value)) return 'its value stands here twice';
      if (vault.verifiers()?.find(value, clock.now())) return 'another key has this value already';
      if (!isFree(name)) return 'a key of this name is there already';
      if (expiresAt !== undefined && expiresAt <= clock.now()) return 'it has expired';
      return undefined;
    }

    return (candidate) => {
      const given = itemName.safeParse(candidate.name?.slice(0, 80));
      const usable = given.success && !looksLikeValue(given.data);
      const name = usable ? given.data : freeName();
      const why = reasonAgainst(candidate, name);
      if (why === undefined) {
        names.add(name.toLowerCase());
        values.add(candidate.value ?? '');
      }
      return { candidate, name: why === undefined || usable ? name : null, why };
    };
  }

  return {
    import: importKeys,
    export: () => ({
      keyhatch: 'keys',
      version: 10,
      madeAt: clock.now(),
      keys: keys.list(),
      projects: projects.list(),
    }),
  };
}

const isWeak = (value: string) => value.length < weakBelowChars;

function lineOf({ candidate, name, why }: Judged, id: string | null): ImportLine {
  const { line, leftOut, value = '' } = candidate;
  const rest = leftOut.length > 0 ? `without its ${leftOut.join(', ')}` : null;
  const imported = why === undefined;
  return { line, name, imported, id, weak: imported && isWeak(value), says: why ?? rest };
}
