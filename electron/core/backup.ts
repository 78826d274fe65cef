// Backups: puts together what clients need to go on elsewhere, and puts it in the place of what is here. The decision is one
// commit of the profile's own file: before it nothing counts, after it everything does, be it at the next start.

import { type BackupContent, backupContent, backupVersion } from '../../shared/backup-content.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { BackupMade, BackupRestore, BackupRestored } from '../../shared/transfer-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { RecordHistory } from './history.ts';
import type { KeptKey } from './key-registry.ts';
import type { KeptPerson } from './people.ts';
import type { KeptProject } from './projects.ts';
import { confirmedHere, keysWithin, peopleComing, type SettingsBounds, withoutConsent } from './restore-bounds.ts';

type VaultPart = Pick<BackupContent, 'root' | 'upstreamSecrets'> & {
  readonly verifiers: Readonly<BackupContent['verifiers']>;
};

export type BackupPorts = {
  readonly keys: () => readonly KeptKey[];
  readonly projects: () => readonly KeptProject[];
  readonly people: () => readonly KeptPerson[];
  /** Whether this id was ever somebody's here. */
  readonly isKnownPerson: (id: string) => boolean;
  readonly interfaces: SettingsBounds['interfaces'];
  readonly settings: {
    readonly get: () => Settings;
    readonly kept: () => Partial<Settings>;
    readonly wouldBe: SettingsBounds['wouldBe'];
  };
  readonly vault: {
    readonly content: () => Promise<Omit<VaultPart, 'upstreamSecrets'>>;
    /** What is kept for an upstream, or null. */
    readonly upstreamSecret: (id: string) => Promise<string | null>;
    /** @returns what decides over it, once it is written into the profile */
    readonly stage: (part: VaultPart) => Promise<Readonly<Record<string, string>>>;
    readonly closedFor: (work: () => Promise<void>) => Promise<void>;
  };
  readonly seal: (plain: string, passphrase: string) => Promise<string>;
  /** @throws KeyhatchError `backup_unreadable` */
  readonly unseal: (text: string, passphrase: string) => Promise<string>;
  /** Writes keys, projects and facts at once, and has everybody read them anew. */
  readonly replaceAll: (content: {
    readonly keys: readonly KeptKey[];
    readonly projects: readonly KeptProject[];
    /** Who comes; who is here stays. */
    readonly people: readonly KeptPerson[];
    readonly facts: Readonly<Record<string, string>>;
  }) => void;
  readonly clock: Clock;
  readonly record: RecordHistory;
};

export type Backup = {
  readonly create: (passphrase: string) => Promise<BackupMade>;
  readonly restore: (input: BackupRestore) => Promise<BackupRestored>;
};

/** Name of the fact that holds settings which are still to be put in place. */
export const restoredSettingsFact = 'restored_settings';

/** Where these change, Keyhatch has to listen elsewhere, which a restore leaves to the next start. */
const listening: readonly (keyof Settings)[] = [
  'server.hosts',
  'server.port',
  'dashboard.enabled',
  'dashboard.port',
  'dashboard.hosts',
];

const subject = { kind: 'profile', id: 'profile', name: 'backup' } as const;

export function createBackup(ports: BackupPorts): Backup {
  const { settings, vault, clock } = ports;

  async function upstreamSecrets(): Promise<Record<string, string>> {
    const ids = settings.get()['upstreams.list'].map(({ id }) => id);
    const all = await Promise.all(ids.map(async (id) => [id, await vault.upstreamSecret(id)] as const));
    return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== null));
  }

  async function create(passphrase: string): Promise<BackupMade> {
    const [{ root, verifiers }, secrets] = [await vault.content(), await upstreamSecrets()];
    const [keys, projects] = [ports.keys(), ports.projects()];
    const known = new Set(keys.map(({ id }) => id));
    const content = backupContent.parse({
      version: backupVersion,
      madeAt: clock.now(),
      root,
      verifiers: verifiers.filter(({ keyId }) => known.has(keyId)),
      keys,
      projects,
      people: ports.people(),
      settings: withoutConsent(settings.kept()),
      upstreamSecrets: secrets,
    });
    const text = await ports.seal(JSON.stringify(content), passphrase);
    const counts = { keys: keys.length, projects: projects.length };
    ports.record({ action: 'backup_made', subject, after: counts });
    return { text, ...counts };
  }

  async function restore({ text, passphrase, replace }: BackupRestore): Promise<BackupRestored> {
    const content = await read(text, passphrase);
    const before = settings.get();
    const others = replace ? 'reset' : 'stay';
    let ended = 0;
    let coming: readonly KeptPerson[] = [];
    let taken = confirmedHere({}, 'stay', { ...settings, interfaces: ports.interfaces });
    await vault.closedFor(async () => {
      // Looked at behind the closed door: nobody can make a key any more.
      if (!replace) refuseConflicts(ports.keys().length, ports.projects().length);
      const facts = await vault.stage(content);
      const kept = new Set(content.keys.map(({ id }) => id));
      ended = ports.keys().filter(({ id }) => !kept.has(id)).length;
      coming = whoComes(content);
      taken = confirmedHere(content.settings, others, { ...settings, interfaces: ports.interfaces });
      const settingsFact = JSON.stringify({ values: taken.values, others });
      ports.replaceAll({
        keys: keysWithin(content.keys, [...ports.people(), ...coming]),
        projects: content.projects,
        people: coming,
        facts: { ...facts, [restoredSettingsFact]: settingsFact },
      });
    });
    const after = settings.get();
    const restored = {
      madeAt: content.madeAt,
      keys: content.keys.length,
      projects: content.projects.length,
      settings: Object.keys(taken.values).length,
      ended,
      paused: coming.filter(({ status }) => status === 'paused').length,
      notTaken: [...taken.notTaken],
      atNextStart: listening.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])),
    };
    ports.record({ action: 'backup_restored', subject, after: restored });
    return restored;
  }

  function whoComes({ people }: BackupContent): readonly KeptPerson[] {
    const here = ports.people();
    const isEmpty = here.length + ports.keys().length + ports.projects().length === 0;
    return peopleComing(people, { people: here, isEmpty, wasRemoved: ports.isKnownPerson });
  }

  async function read(text: string, passphrase: string): Promise<BackupContent> {
    const parsed = backupContent.safeParse(JSON.parse(await ports.unseal(text, passphrase)));
    if (!parsed.success) throw new KeyhatchError('backup_unreadable', { cause: parsed.error });
    return parsed.data;
  }

  return { create, restore };
}

function refuseConflicts(keys: number, projects: number): void {
  const counted = (count: number, one: string) => (count === 1 ? `one ${one}` : `${count} ${one}s`);
  const what = [
    ...(keys > 0 ? [counted(keys, 'key')] : []),
    ...(projects > 0 ? [counted(projects, 'project')] : []),
  ].join(' and ');
  if (what !== '') throw new KeyhatchError('backup_conflicts', { details: { what } });
}
