// A real dashboard on a real port in front of a stand-in for core, with a clock that stands still and pages of its own.
// For tests of single rules; the house as a whole is composed elsewhere.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createDashboard, type Dashboard, type DashboardPorts } from '../../electron/dashboard/dashboard.ts';
import { createActing } from '../../electron/lib/acting.ts';
import { createLog } from '../../electron/lib/log.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { createFakeInstance } from '../unit/cli/fake-instance.ts';

export type DashboardBed = {
  readonly dashboard: Dashboard;
  readonly url: string;
  readonly port: number;
  readonly pagesDir: string;
  readonly lines: readonly string[];
  /** The token of a new link. */
  readonly token: () => string;
  readonly passTime: (ms: number) => void;
};

/** Everything is closed and removed when the test ends. */
export async function makeDashboard(
  ports: Partial<DashboardPorts> & { readonly pages?: boolean } = {},
): Promise<DashboardBed> {
  const pagesDir = await mkdtemp(join(tmpdir(), 'kh-pages-'));
  onTestFinished(() => rm(pagesDir, { recursive: true, force: true }));
  if (ports.pages ?? true) await writePages(pagesDir);
  return open(pagesDir, ports);
}

export const scriptText = `export const words = ${JSON.stringify(Array(400).fill('a page of words'))};`;

async function writePages(folder: string): Promise<void> {
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Keyhatch</title>');
  await writeFile(join(folder, 'assets/main-aB3dE5.js'), scriptText);
  await writeFile(join(folder, 'assets/main-aB3dE5.js.map'), '{}');
  await writeFile(join(folder, 'assets/icon-xY7.png'), 'png');
}

const refused = () => Promise.reject(new KeyhatchError('tokens_not_taken'));
const noAuth: DashboardPorts['auth'] = { login: refused, register: refused, refresh: refused, logout: () => {} };
/** Nobody has an account: only links open sessions. */
const noPeople: DashboardPorts['people'] = {
  signIn: () => Promise.reject(new KeyhatchError('sign_in_failed')),
  prove: () => Promise.reject(new KeyhatchError('sign_in_failed')),
  lookAtInvite: () => {
    throw new KeyhatchError('invite_invalid');
  },
  acceptInvite: () => Promise.reject(new KeyhatchError('invite_invalid')),
  owner: () => null,
  standing: () => undefined,
  seen: () => {},
  note: () => {},
};

async function open(pagesDir: string, ports: Partial<DashboardPorts>): Promise<DashboardBed> {
  let now = Date.UTC(2026, 2, 1);
  const lines: string[] = [];
  const dashboard = createDashboard({
    settings: () => ({ 'dashboard.enabled': true, 'dashboard.port': 0, 'dashboard.hosts': ['127.0.0.1'] }),
    resolve: (hosts) => ({ must: hosts, may: [] }),
    sessionRules: () => ({ 'people.sessionIdleDays': 7, 'people.sessionMaxDays': 30 }),
    portIsChosen: () => true,
    people: noPeople,
    router: () => createFakeInstance().router,
    pagesDir,
    metrics: { contentType: 'text/plain', read: () => Promise.reject(new KeyhatchError('key_unknown')) },
    encryption: { credentials: () => undefined, names: () => [], whyMissing: async () => 'The vault is locked.' },
    hasPassword: () => true,
    auth: noAuth,
    api: () => ({
      admit: () => {
        throw new KeyhatchError('admin_key_unknown');
      },
      answer: () => Promise.reject(new KeyhatchError('internal')),
    }),
    onChange: () => {},
    acting: createActing(),
    clock: { now: () => now, monotonic: () => now },
    log: createLog({ format: 'json', write: (line) => lines.push(line) }),
    ...ports,
  });
  onTestFinished(dashboard.close);
  await dashboard.start();
  const url = dashboard.url();
  if (url === null) throw new Error(`the dashboard does not listen: ${lines.join(' ')}`);
  return {
    dashboard,
    url,
    port: Number(new URL(url).port),
    pagesDir,
    lines,
    token: () => dashboard.link().url.split('/').at(-1) ?? '',
    passTime(ms) {
      now += ms;
    },
  };
}
