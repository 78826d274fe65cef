// Looks at everything that has to be right for a client to get an answer, and says of each in one sentence how it is and
// what to do. Changes nothing.

import type { AuditReport } from '../../shared/audit-model.ts';
import type { Finding, Status, UpstreamStatus } from '../../shared/model.ts';
import type { Exposure } from '../../shared/network-model.ts';

export type DoctorPorts = {
  readonly status: () => Status;
  /** Asks an upstream now. */
  readonly test: (id: string) => Promise<UpstreamStatus>;
  /** What is open wider than it should be, and what is not. */
  readonly exposures: () => Promise<readonly Exposure[]>;
  readonly settingsProblems: () => readonly string[];
  /** What became of a damaged database; null when it was whole. */
  readonly storage: { readonly problem: string | null; readonly keysDamaged: boolean };
  /** Looks through the audit log now. */
  readonly audit: () => Promise<AuditReport>;
};

export async function examine(ports: DoctorPorts): Promise<Finding[]> {
  const status = ports.status();
  const upstreams = await Promise.all(status.upstreams.map(({ id }) => ports.test(id)));
  const exposures = await ports.exposures();
  const audit = await ports.audit();
  return [
    serverFinding(status),
    ...(ports.storage.keysDamaged ? [] : [vaultFinding(status)]),
    ...storageFindings(ports.storage),
    ...auditFindings(audit),
    ...keyFindings(status),
    ...(upstreams.length > 0 ? upstreams.map(upstreamFinding) : [noUpstream]),
    ...exposures.map(({ check, result, says, cure }) => ({ check, result, says, cure })),
    ...ports.settingsProblems().map((problem) => bad('settings', problem, 'Set it anew with: keyhatch settings set')),
  ];
}

function serverFinding({ server, shell }: Status): Finding {
  if (server.state === 'running') return good('server', `Running at ${server.urls.join(' and ')}.`);
  if (shell === 'at-rest')
    return warning('server', 'Keyhatch is not running on this profile.', 'Start it with: keyhatch serve');
  return bad(
    'server',
    `The gateway is ${server.state}${server.reason ? `: ${server.reason}` : '.'}`,
    'Start it, or choose another port: keyhatch settings set server.port N',
  );
}

function storageFindings({ problem, keysDamaged }: DoctorPorts['storage']): Finding[] {
  if (problem === null) return [];
  // What is to be done stands in what is said: it is said in the window too, and there alone.
  return [keysDamaged ? bad('storage', problem, restoreCure) : warning('storage', problem, null)];
}

// A locked vault is told of above.
function auditFindings({ state, says }: AuditReport): Finding[] {
  return state === 'broken' ? [bad('audit log', says, auditCure)] : [];
}

const auditCure = 'Find out who had the database. Once you know, keyhatch audit begin-anew goes on from here.';

const restoreCure =
  'Copies lie beside it, as far as there are any: keyhatch.db.*.bak and keyhatch.db.damaged-*. Put one in its place, or move it away.';

const vaultNames = {
  keychain: 'the OS keychain',
  file: 'a sealed file',
  memory: 'memory, and are gone when it ends',
} as const;

const lockedCures = {
  keychain:
    'Unlock it; Keyhatch recovers by itself. On a machine without a keychain, keep keys in a sealed file: KEYHATCH_VAULT_KEY_FILE=~/keyhatch.key keyhatch serve --vault file',
  file: 'Start Keyhatch with the passphrase or the key file that the sealed file was made with.',
  memory: 'Start Keyhatch with the vault in which the keys of this profile lie.',
} as const;

function vaultFinding({ vault }: Status): Finding {
  if (vault.state === 'locked')
    return bad('vault', `Keys cannot be checked: ${vault.reason ?? 'the vault is locked'}.`, lockedCures[vault.kind]);
  const says = `Keys are kept in ${vaultNames[vault.kind]}.`;
  return vault.kind === 'memory'
    ? warning('vault', says, 'Use --vault keychain or --vault file to keep them.')
    : good('vault', says);
}

// A locked vault says nothing about keys; what is wrong has been said of the vault.
function keyFindings({ keys, access, vault }: Status): Finding[] {
  if (!access.requireKey || vault.state === 'locked') return [];
  if (keys.active > 0) return [good('keys', `${keys.active} of ${keys.total} keys can be used.`)];
  return [warning('keys', 'There is no key that can be used.', 'Make one with: keyhatch keys create --name NAME')];
}

const noUpstream: Finding = {
  check: 'upstream',
  result: 'bad',
  says: 'No model server is connected.',
  cure: 'Find one with keyhatch detect, add it with keyhatch upstreams add URL, or try things out with keyhatch serve --echo.',
};

function upstreamFinding(upstream: UpstreamStatus): Finding {
  const name = `${upstream.name} at ${upstream.url}`;
  if (upstream.health === 'up' && upstream.reason !== null)
    return warning('upstream', `${name} answers, but ${upstream.reason}.`, null);
  if (upstream.health === 'up')
    return good(
      'upstream',
      `${name} answers and has ${upstream.models.length === 1 ? '1 model' : `${upstream.models.length} models`}.`,
    );
  return bad(
    'upstream',
    `${name} does not answer: ${upstream.reason ?? 'no reason is known'}.`,
    'Start it, or correct its address.',
  );
}

function good(check: string, says: string): Finding {
  return { check, result: 'good', says, cure: null };
}

function warning(check: string, says: string, cure: string | null): Finding {
  return { check, result: 'warning', says, cure };
}

function bad(check: string, says: string, cure: string): Finding {
  return { check, result: 'bad', says, cure };
}
