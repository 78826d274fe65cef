// The part of composing that tells how things stand: the status that every page shows, and what the doctor finds. Used by
// compose.ts alone.

import type { Finding, Status } from '../shared/model.ts';
import type { Ledger } from './compose-ledger.ts';
import type { Audit } from './core/audit.ts';
import { examine } from './core/doctor.ts';
import type { ExposureWatch } from './core/exposure-watch.ts';
import { type StatusPorts, statusNow } from './core/status.ts';
import type { Upstreams } from './core/upstreams.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';

export type Standing = { readonly status: () => Status; readonly examine: () => Promise<Finding[]> };

export function joinStatus(
  ports: Omit<
    StatusPorts,
    | 'version'
    | 'shell'
    | 'dataDir'
    | 'settings'
    | 'settingsProblems'
    | 'upstreams'
    | 'requestsToday'
    | 'storageProblem'
    | 'exposures'
  > & {
    readonly shell: Shell;
    readonly ledger: Ledger;
    readonly settings: SettingsBook;
    readonly upstreams: Upstreams;
    readonly exposure: ExposureWatch;
    readonly audit: Pick<Audit, 'verify'>;
  },
): Standing {
  const { shell, ledger, settings, upstreams, exposure, audit, ...others } = ports;
  const status = () =>
    statusNow({
      ...others,
      version: shell.version,
      shell: shell.name,
      dataDir: shell.dataDir,
      settings: settings.get,
      settingsProblems: settings.problems,
      upstreams: upstreams.statuses,
      requestsToday: ledger.requestsToday,
      exposures: exposure.now,
      storageProblem: ledger.problem(),
    });
  return {
    status,
    examine: () =>
      examine({
        status,
        test: upstreams.test,
        exposures: exposure.look,
        settingsProblems: settings.problems,
        storage: { problem: ledger.problem(), keysDamaged: ledger.keysDamaged },
        audit: audit.verify,
      }),
  };
}
