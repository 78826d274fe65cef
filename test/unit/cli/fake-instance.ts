// A stand-in for core: the whole contract answered from a few stub nouns, with every call written down. For tests of
// the command line and of the control socket; nothing here decides anything that core decides.

import { createRouterClient, implement, type Router } from '@orpc/server';
import type { ContractClient } from '../../../electron/control/control-client.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { ApiDocument } from '../../../shared/api-document.ts';
import type { AuditReport } from '../../../shared/audit-model.ts';
import type { CaptureState } from '../../../shared/capture-model.ts';
import type { Change } from '../../../shared/change.ts';
import { type Contract, contract } from '../../../shared/contract.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { HistoryEntry } from '../../../shared/history-model.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import type { LimitStates } from '../../../shared/limit-model.ts';
import type { UnmeteredReport } from '../../../shared/metering-model.ts';
import type { Finding, KeyFacts, LockedAddress, Status, UpstreamStatus } from '../../../shared/model.ts';
import type { NetworkInterface } from '../../../shared/network-model.ts';
import {
  type InviteFacts,
  type OwnFacts,
  type PersonFacts,
  type SessionFacts,
  usualMemberLimits,
} from '../../../shared/people-model.ts';
import type { PolicyAnswer } from '../../../shared/policy-model.ts';
import { policySentence } from '../../../shared/policy-sentence.ts';
import { type ProjectFacts, usualRules } from '../../../shared/project-model.ts';
import { settingAbout, settingNames, settingsSchema } from '../../../shared/settings.ts';
import type { TlsView } from '../../../shared/tls-model.ts';
import type { UsageReport, UsageSeries } from '../../../shared/usage-model.ts';
import type { ExportChunk } from '../../../shared/usage-questions.ts';
import { fakeWays } from './fake-ways.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** The time in every test: 2026-03-01 12:00 UTC. */
export const now = Date.UTC(2026, 2, 1, 12);

export const laptop: KeyFacts = {
  id: 'aB3dE5fG',
  name: 'laptop',
  kind: 'inference',
  project: null,
  projectId: null,
  person: null,
  personId: null,
  origin: 'generated',
  weak: false,
  oldSecretWeak: false,
  status: 'active',
  createdAt: now - 2 * day,
  expiresAt: now + 29 * day,
  revokedAt: null,
  rotatedAt: null,
  oldSecretUntil: null,
  oldSecretUsedAt: null,
  oldSecretUsedFrom: null,
  oldSecretUsedBy: null,
  countedSince: null,
  lastUsedAt: now - 3 * hour,
  lastUsedFrom: '127.0.0.1',
  lastUsedBy: 'openai/6.1',
  limits: { rpm: 60, parallel: null },
  models: null,
  policy: usualPolicy,
  budgets: [],
  usable: true,
  today: { requests: 4, tokensIn: 900, tokensOut: 120 },
};

export const phone: KeyFacts = {
  ...laptop,
  id: 'Zz9yX8wV',
  name: 'phone',
  project: 'home',
  projectId: 'hOmEhOmE',
  status: 'paused',
  expiresAt: null,
  lastUsedAt: null,
  lastUsedFrom: null,
  lastUsedBy: null,
  limits: { rpm: null, parallel: 2 },
  models: ['qwen3-8b', 'gemma-3'],
};

export const { heater, sidePort, tvPath, pathToken, waysOpen } = fakeWays(now);

const guesser: LockedAddress = { address: '192.0.2.7', since: now - minute, until: now + hour, times: 2 };
export const home: ProjectFacts = {
  ...usualRules,
  id: 'hOmEhOmE',
  name: 'home',
  colour: 'teal',
  environment: 'production',
  createdAt: now - 9 * day,
  archivedAt: null,
  readable: true,
  keys: 1,
  budgetStates: [],
};

const wifi: NetworkInterface = {
  name: 'wlan0',
  kind: 'wifi',
  present: true,
  wanted: true,
  bound: true,
  addresses: [
    { address: '192.168.1.5', scope: 'private', urls: ['http://192.168.1.5:1235'] },
    { address: '2001:db8::5', scope: 'public', urls: [] },
  ],
};

export const created: HistoryEntry = {
  seq: 1,
  at: now - 2 * day,
  actor: 'cli',
  detail: null,
  action: 'created',
  subject: { kind: 'key', id: laptop.id, name: laptop.name },
  changes: [{ member: 'name', before: null, after: 'laptop' }],
};

export const anna: PersonFacts = {
  id: 'aNnAaNnA',
  name: 'Anna',
  role: 'member',
  status: 'active',
  createdAt: now - 30 * day,
  lastSeenAt: now - hour,
  totp: true,
  passwordSetAt: now - 30 * day,
  limits: usualMemberLimits,
  keys: 2,
};

export const invited: InviteFacts = {
  id: 'iNvIiNvI',
  kind: 'invite',
  role: 'member',
  name: 'Ben',
  limits: usualMemberLimits,
  createdAt: now - hour,
  expiresAt: now + 2 * day,
};

const inviteSecret = { token: 'one-time-token', url: 'http://127.0.0.1:1236/#/invite/one-time-token' };

const own: OwnFacts = {
  person: anna,
  role: 'member',
  way: 'session',
  provedUntil: now + minute,
  owesTotp: false,
  recoveryCodesLeft: 9,
  newKey: null,
};

export const browser: SessionFacts = {
  id: '3fa1c2d4',
  personId: anna.id,
  personName: anna.name,
  device: 'Firefox on Linux',
  address: '127.0.0.1',
  beganAt: now - day,
  lastUsedAt: now - minute,
  current: false,
};

export const secretKey = 'kh_aB3dE5fG_0123456789ABCDEFGHIJKLMNOPQRSTUV000000';

export const studio: UpstreamStatus = {
  id: 'uP1uP1uP',
  name: 'LM Studio',
  url: 'http://127.0.0.1:1234',
  kind: 'lmstudio',
  dialects: ['openai', 'anthropic', 'lmstudio'],
  health: 'up',
  reason: null,
  latencyMs: 12,
  checkedAt: now,
  models: ['qwen3-8b', 'gemma-3'],
  places: { limit: 4, from: 'kind', running: 2, queued: 0 },
  isDefault: true,
  hasCredential: false,
  setByFlag: false,
};

export const running: Status = {
  version: '0.1.0',
  pid: 4242,
  shell: 'serve',
  dataDir: '/profile',
  server: {
    state: 'running',
    urls: ['http://127.0.0.1:1235'],
    startedAt: now - hour,
    reason: null,
    running: 2,
    queued: 0,
    reachable: [],
  },
  dashboard: { url: null, secureUrl: null },
  vault: { kind: 'keychain', state: 'open', reason: null },
  access: { requireKey: true, localhostBypass: false, onLan: false, ways: 0, sentence: 'Only programs with a key.' },
  keys: { active: 1, total: 2 },
  capture: { on: [], problem: null },
  exposures: [],
  upstreams: [studio],
  requestsToday: 128,
  warnings: [],
  reminders: [],
};

/** The same, open to the network by HTTPS and HTTP, and to containers by HTTP alone. */
export const onLan: Status = {
  ...running,
  server: {
    ...running.server,
    urls: ['http://127.0.0.1:1235', 'http://172.17.0.1:1235', 'http://192.168.1.5:1235'],
    reachable: [
      { interface: 'lo', kind: 'loopback', address: 'localhost', url: 'http://localhost:1235', plainUrl: null },
      {
        interface: 'docker0',
        kind: 'container',
        address: '172.17.0.1',
        url: 'http://172.17.0.1:1235',
        plainUrl: null,
      },
      {
        interface: 'wlan0',
        kind: 'wifi',
        address: '192.168.1.5',
        url: 'https://192.168.1.5:1235',
        plainUrl: 'http://192.168.1.5:1235',
      },
    ],
  },
};

/** Nothing is being captured, and something is kept. */
export const captured: CaptureState = {
  on: [],
  problem: null,
  requests: 3,
  keptBytes: 12_345,
  maxBytes: 209_715_200,
  retentionDays: 7,
};

export const atRest: Status = {
  ...running,
  shell: 'at-rest',
  server: { state: 'stopped', urls: [], startedAt: null, reason: null, running: 0, queued: 0, reachable: [] },
};

export const encrypted: TlsView = {
  mode: 'both',
  choice: 'auto',
  source: 'own',
  problem: null,
  fingerprint: 'AB:CD:EF:01',
  names: ['localhost', 'studio.local', '127.0.0.1', '192.168.1.20'],
  missing: ['203.0.113.9'],
  startsAt: now - 2 * day,
  expiresAt: now + 395 * day,
  issuer: 'Keyhatch authority 1a2b3c4d',
  caFingerprint: '01:23:45:67',
  caExpiresAt: now + 3648 * day,
  caPem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
};

export const unmetered: UnmeteredReport = {
  since: now - 3_600_000,
  until: now,
  lines: [
    { upstreamId: 'up1', upstreamName: 'Ollama', reason: 'cut_short', source: 'counted', requests: 3 },
    { upstreamId: null, upstreamName: null, reason: 'no_numbers', source: 'unknown', requests: 1 },
  ],
};
const totals = {
  requests: 12,
  refused: 1,
  failed: 2,
  tokensIn: 12_345,
  tokensOut: 678,
  tokensCached: 0,
  unmetered: 0,
  tokensCounted: 0,
  tokensEstimated: 0,
};
const costs = { sums: [{ currency: 'USD', micros: 7_400 }], unpricedTokens: 0 };
export const report: UsageReport = {
  since: now - day,
  until: now,
  by: 'key',
  lines: [{ group: laptop.id, label: 'laptop', ...totals }],
  total: { group: null, label: 'total', ...totals },
  strangers: [{ code: 'key_missing', count: 7 }],
};

const times = { firstTokenMs: { p50: 310, p95: 980 }, tokensPerSecond: { p50: 61, p95: null } };

const series: UsageSeries = {
  since: now - day,
  until: now,
  bucketMs: hour / 2,
  buckets: [now - day],
  groups: [
    {
      group: laptop.id,
      label: 'laptop',
      requests: [12],
      tokensIn: [12_345],
      tokensOut: [678],
      tokensCached: 0,
      costs,
    },
  ],
  total: report.total,
  costs,
  ...times,
  before: { ...report.total, ...times, costs, refusals: 0 },
  refusals: [{ code: 'key_missing', count: 7 }],
};

function limitsOf({ limits, budgets }: KeyFacts): LimitStates {
  return {
    requestsPerMinute:
      limits.rpm === null ? null : { limit: limits.rpm, used: 4, remaining: limits.rpm - 4, resetMs: 0 },
    requestsPerHour: null,
    tokensPerMinute: null,
    parallel: { limit: limits.parallel, running: 1 },
    priority: 'normal',
    waiting: 0,
    budgets: [...budgets],
  };
}
const week = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));

const noDesktop = (): never => {
  throw new KeyhatchError('desktop_only');
};

const findings: readonly Finding[] = [
  { check: 'port', result: 'good', says: 'Port 1235 is ours.', cure: null },
  {
    check: 'upstream on the LAN',
    result: 'warning',
    says: 'LM Studio is open to the LAN.',
    cure: 'Bind it to 127.0.0.1.',
  },
];

const policyAnswerFor = (key: KeyFacts): PolicyAnswer => ({
  allowed: key.status === 'active',
  decidedBy: key.status === 'active' ? null : 'status',
  stages: [
    key.status === 'active'
      ? { stage: 'status', verdict: 'pass', code: null, reason: 'The key is active.' }
      : { stage: 'status', verdict: 'refuse', code: 'key_paused', reason: `The API key "${key.name}" is paused.` },
  ],
  may: policySentence(key),
});

/** One entry, chained. */
export const wholeAudit: AuditReport = {
  state: 'intact',
  says: 'Every entry is as it was made, and none is missing.',
  entries: 1,
  chained: 1,
  late: 0,
  imported: 0,
  waiting: 0,
  earlier: 0,
  head: { chain: 1, seq: 1 },
  broken: null,
};

const apiStub: ApiDocument = {
  openapi: '3.1.1',
  info: { title: 'Keyhatch admin API', version: '0.1.0' },
  servers: [{ url: '/api/v1' }],
  tags: [],
  paths: {},
  components: {},
};

export type Stubs = {
  readonly status?: Status;
  /** What the status is once a setting was set. */
  readonly statusOnceSet?: Status;
  readonly findings?: readonly Finding[];
  readonly audit?: AuditReport;
  readonly history?: readonly HistoryEntry[];
  readonly upstream?: UpstreamStatus;
  readonly keys?: readonly KeyFacts[];
  readonly detected?: boolean;
  /** The pieces of every exported file. */
  readonly chunks?: readonly ExportChunk[];
  /** What is told after `ready` and `status`. */
  readonly changes?: readonly Change[];
};
export type FakeCall = { readonly path: string; readonly input: unknown };

export type FakeInstance = {
  readonly router: Router<Contract, Record<never, never>>;
  readonly client: ContractClient;
  readonly calls: readonly FakeCall[];
};

async function* chunks(given: readonly ExportChunk[] = [{ text: 'a,b\r\n', done: 0, total: 0 }]) {
  yield* given;
}

export function createFakeInstance(stubs: Stubs = {}): FakeInstance {
  const calls: FakeCall[] = [];
  const os = implement(contract).use(({ path, next }, input) => {
    calls.push({ path: path.join('.'), input });
    return next();
  });
  let status = stubs.status ?? running;
  const upstream = stubs.upstream ?? studio;
  const keys = stubs.keys ?? [laptop, phone];
  const keyOf = (ref: string): KeyFacts => {
    const found = keys.find((key) => key.id === ref || key.name === ref);
    if (!found) throw new KeyhatchError('key_not_found', { details: { ref } });
    return found;
  };
  const projectOf = (ref: string): ProjectFacts => {
    if (ref === home.id || ref === home.name) return home;
    throw new KeyhatchError('project_not_found', { details: { ref } });
  };
  const personOf = (ref: string): PersonFacts => {
    if (ref === anna.id || ref === anna.name) return anna;
    throw new KeyhatchError('person_not_found', { details: { ref } });
  };
  const setting = (name: string) => {
    const known = settingNames.find((candidate) => candidate === name);
    if (!known) throw new KeyhatchError('setting_unknown', { details: { name } });
    const value = settingsSchema.parse({})[known];
    return { name, value, default: value, about: settingAbout[known], setByFlag: known === 'server.port' };
  };
  const made = (facts: KeyFacts) => ({ id: facts.id, key: secretKey, facts });

  const router = os.router({
    status: { get: os.status.get.handler(() => status) },
    changes: {
      watch: os.changes.watch.handler(async function* () {
        yield { type: 'ready' as const };
        yield { type: 'status' as const, status };
        for (const change of stubs.changes ?? []) yield change;
      }),
    },
    server: {
      start: os.server.start.handler(() => status),
      stop: os.server.stop.handler(() => status),
      setLan: os.server.setLan.handler(() => status),
      checkPort: os.server.checkPort.handler(({ input }) => ({
        port: input.port,
        free: true,
        holder: null,
        suggestion: null,
      })),
    },
    keys: {
      create: os.keys.create.handler(({ input }) => made({ ...laptop, name: input.name })),
      list: os.keys.list.handler(() => [...keys]),
      get: os.keys.get.handler(({ input }) => keyOf(input.ref)),
      edit: os.keys.edit.handler(({ input }) => keyOf(input.ref)),
      pause: os.keys.pause.handler(({ input }) => ({ ...keyOf(input.ref), status: 'paused' })),
      resume: os.keys.resume.handler(({ input }) => ({ ...keyOf(input.ref), status: 'active' })),
      revoke: os.keys.revoke.handler(({ input }) => ({ ...keyOf(input.ref), status: 'revoked' })),
      delete: os.keys.delete.handler(({ input }) => keyOf(input.ref)),
      resetCounters: os.keys.resetCounters.handler(({ input }) => ({ ...keyOf(input.ref), countedSince: now })),
      topUp: os.keys.topUp.handler(({ input }) => keyOf(input.ref)),
      rotate: os.keys.rotate.handler(({ input }) =>
        made({ ...keyOf(input.ref), oldSecretUntil: input.graceMs === 0 ? null : now + input.graceMs }),
      ),
      endOldSecret: os.keys.endOldSecret.handler(({ input }) => keyOf(input.ref)),
      import: os.keys.import.handler(({ input }) => ({
        format: 'list' as const,
        dryRun: input.dryRun,
        imported: 1,
        lines: [
          { line: 1, name: 'laptop', imported: true, id: laptop.id, weak: true, says: null },
          { line: 2, name: null, imported: false, id: null, weak: false, says: 'it has expired' },
        ],
      })),
      export: os.keys.export.handler(() => ({
        keyhatch: 'keys' as const,
        version: 10 as const,
        madeAt: now,
        keys: [...keys],
        projects: [home],
      })),
      acceptWeak: os.keys.acceptWeak.handler(({ input }) => keyOf(input.ref)),
    },
    limits: {
      get: os.limits.get.handler(({ input }) => limitsOf(keyOf(input.ref))),
    },
    api: {
      document: os.api.document.handler(() => apiStub),
    },
    policy: {
      test: os.policy.test.handler(({ input }) => policyAnswerFor(keyOf(input.key))),
    },
    projects: {
      create: os.projects.create.handler(({ input }) => ({ ...home, name: input.name })),
      list: os.projects.list.handler(() => [home]),
      get: os.projects.get.handler(({ input }) => projectOf(input.ref)),
      edit: os.projects.edit.handler(({ input }) => ({ ...projectOf(input.ref), name: input.name ?? home.name })),
      archive: os.projects.archive.handler(({ input }) => ({ ...projectOf(input.ref), archivedAt: now })),
      unarchive: os.projects.unarchive.handler(({ input }) => projectOf(input.ref)),
      delete: os.projects.delete.handler(({ input }) => projectOf(input.ref)),
      topUp: os.projects.topUp.handler(({ input }) => projectOf(input.ref)),
    },
    backup: {
      create: os.backup.create.handler(() => ({ text: 'sealed\n', keys: 2, projects: 1 })),
      restore: os.backup.restore.handler(() => ({
        madeAt: now - day,
        keys: 2,
        projects: 1,
        settings: 3,
        ended: 0,
        paused: 0,
        notTaken: [],
        atNextStart: ['server.port'],
      })),
    },
    audit: {
      verify: os.audit.verify.handler(() => stubs.audit ?? wholeAudit),
      export: os.audit.export.handler(() => chunks(stubs.chunks)),
      beginAnew: os.audit.beginAnew.handler(() => wholeAudit),
    },
    history: { list: os.history.list.handler(() => ({ entries: [...(stubs.history ?? [created])], next: null })) },
    upstreams: {
      list: os.upstreams.list.handler(() => [upstream]),
      add: os.upstreams.add.handler(({ input }) => ({
        ...upstream,
        url: input.url,
        name: input.name ?? upstream.name,
      })),
      edit: os.upstreams.edit.handler(() => upstream),
      test: os.upstreams.test.handler(() => upstream),
      remove: os.upstreams.remove.handler(() => upstream),
    },
    settings: {
      list: os.settings.list.handler(() => settingNames.map(setting)),
      get: os.settings.get.handler(({ input }) => setting(input.name)),
      set: os.settings.set.handler(({ input }) => {
        status = stubs.statusOnceSet ?? status;
        return { ...setting(input.name), value: input.value };
      }),
    },
    usage: {
      report: os.usage.report.handler(({ input }) => ({ ...report, by: input.by })),
      series: os.usage.series.handler(() => series),
      unmetered: os.usage.unmetered.handler(() => unmetered),
      details: os.usage.details.handler(() => ({
        since: series.since,
        until: series.until,
        week: { requests: week, tokens: week },
        modelsByKey: [],
      })),
      lifetime: os.usage.lifetime.handler(() => ({
        until: now,
        since: null,
        lines: [],
        total: { ...totals, costs },
      })),
      export: os.usage.export.handler(() => chunks(stubs.chunks)),
    },
    requests: {
      list: os.requests.list.handler(() => ({ rows: [], next: null })),
      export: os.requests.export.handler(() => chunks(stubs.chunks)),
      get: os.requests.get.handler(({ input }) => {
        throw new KeyhatchError('request_not_found', { details: { id: input.id } });
      }),
      running: os.requests.running.handler(() => []),
      conversation: os.requests.conversation.handler(({ input }) => {
        throw new KeyhatchError('capture_not_found', { details: { id: input.id } });
      }),
      replay: os.requests.replay.handler(() => ({ id: 'req_again' })),
    },
    capture: {
      list: os.capture.list.handler(() => captured),
      start: os.capture.start.handler(({ input }) => ({
        ...captured,
        on: [{ keyId: keyOf(input.ref).id, keyName: keyOf(input.ref).name, until: now + input.forMs }],
      })),
      stop: os.capture.stop.handler(() => captured),
      wipe: os.capture.wipe.handler(() => ({ requests: captured.requests })),
    },
    network: { interfaces: os.network.interfaces.handler(() => [wifi]) },
    lockout: { list: os.lockout.list.handler(() => [guesser]), unlock: os.lockout.unlock.handler(() => []) },
    tls: {
      get: os.tls.get.handler(() => encrypted),
      usePem: os.tls.usePem.handler(() => ({ ...encrypted, source: 'pem', caPem: null, caFingerprint: null })),
      useOwn: os.tls.useOwn.handler(() => encrypted),
      renew: os.tls.renew.handler(() => encrypted),
      newAuthority: os.tls.newAuthority.handler(() => encrypted),
    },
    ways: {
      list: os.ways.list.handler(() => waysOpen),
      addRule: os.ways.addRule.handler(({ input: { key, cidr } }) => ({
        ...heater,
        keyId: keyOf(key).id,
        keyName: keyOf(key).name,
        cidr,
      })),
      setPort: os.ways.setPort.handler(({ input: { key, port, hosts, confirm } }) => {
        if (!confirm && hosts.includes('0.0.0.0'))
          throw new KeyhatchError('confirmation_needed', { details: { consequence: 'Anyone could come in.' } });
        return { ...sidePort, keyId: keyOf(key).id, keyName: keyOf(key).name, port, hosts };
      }),
      addPath: os.ways.addPath.handler(({ input: { key, name, networks, models, days } }) => ({
        way: { ...tvPath, keyId: keyOf(key).id, name, networks, models, expiresAt: now + days * 24 * 60 * minute },
        path: `/k/${pathToken}`,
      })),
      close: os.ways.close.handler(({ input: { id } }) => {
        if (!waysOpen.some((way) => way.id === id)) throw new KeyhatchError('way_not_found', { details: { id } });
        return waysOpen.filter((way) => way.id !== id);
      }),
    },
    people: {
      list: os.people.list.handler(() => [anna]),
      get: os.people.get.handler(({ input }) => personOf(input.ref)),
      edit: os.people.edit.handler(({ input }) => ({ ...personOf(input.ref), status: input.status ?? 'active' })),
      remove: os.people.remove.handler(({ input }) => personOf(input.ref)),
      invite: os.people.invite.handler(({ input }) => ({ ...invited, role: input.role, ...inviteSecret })),
      invites: os.people.invites.handler(() => [invited]),
      cancelInvite: os.people.cancelInvite.handler(() => []),
      resetPassword: os.people.resetPassword.handler(({ input }) => ({
        ...invited,
        ...inviteSecret,
        kind: 'reset' as const,
        name: personOf(input.ref).name,
      })),
    },
    me: {
      get: os.me.get.handler(() => own),
      rename: os.me.rename.handler(() => own),
      setPassword: os.me.setPassword.handler(() => own),
      beginTotp: os.me.beginTotp.handler(() => ({ secret: 'ABCDEFGH', url: 'otpauth://totp/Keyhatch:Anna' })),
      confirmTotp: os.me.confirmTotp.handler(() => ({ codes: ['abcd-efgh-jkmn-pqrs'] })),
      removeTotp: os.me.removeTotp.handler(() => own),
      newRecoveryCodes: os.me.newRecoveryCodes.handler(() => ({ codes: ['abcd-efgh-jkmn-pqrs'] })),
    },
    sessions: {
      list: os.sessions.list.handler(() => [browser]),
      end: os.sessions.end.handler(() => []),
      endOthers: os.sessions.endOthers.handler(() => [browser]),
    },
    profile: { get: os.profile.get.handler(() => ({ dataDir: '/profile', databaseBytes: 4096, requests: 128 })) },
    dashboard: {
      link: os.dashboard.link.handler(() => ({
        url: 'http://127.0.0.1:1236/#/sign-in/token',
        secureUrl: null,
        expiresAt: now + 10 * minute,
      })),
    },
    desktop: {
      get: os.desktop.get.handler(noDesktop),
      copySecret: os.desktop.copySecret.handler(noDesktop),
      installCommandLine: os.desktop.installCommandLine.handler(noDesktop),
      checkForUpdates: os.desktop.checkForUpdates.handler(noDesktop),
      restartToUpdate: os.desktop.restartToUpdate.handler(noDesktop),
    },
    detect: {
      run: os.detect.run.handler(() =>
        stubs.detected === false
          ? []
          : [
              {
                url: studio.url,
                kind: 'lmstudio' as const,
                name: 'LM Studio',
                models: ['qwen3-8b'],
                needsCredential: true,
                added: false,
              },
            ],
      ),
    },
    doctor: { run: os.doctor.run.handler(() => [...(stubs.findings ?? findings)]) },
  });
  const client = createRouterClient(router, { interceptors: [errorsFromWire(), errorsToWire(silentLog)] });
  return { router, client, calls };
}
