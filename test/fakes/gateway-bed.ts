// A real gateway on a real port in front of fake upstreams, with keys, settings and usage in memory: for tests of single
// rules. The built program as a whole is tested elsewhere, as its own process.

import type { Socket } from 'node:net';
import { createGateway, type Gateway } from '../../electron/gateway/gateway.ts';
import { budgetOwnersOf } from '../../electron/gateway/key-limits.ts';
import type { CounterRow } from '../../electron/gateway/limit-counters.ts';
import { createMemoryCounters } from '../../electron/gateway/memory-counters.ts';
import type {
  GatewayKey,
  GatewayPorts,
  GatewayProject,
  GatewayUpstream,
  NoteOldSecret,
} from '../../electron/gateway/ports.ts';
import { systemClock } from '../../electron/lib/clock.ts';
import { createLog, type Log } from '../../electron/lib/log.ts';
import { makeKey } from '../../shared/key-format.ts';
import { usualPolicy } from '../../shared/key-policy.ts';
import { type Settings, settingsSchema } from '../../shared/settings.ts';
import { type UpstreamKind, upstreamKindRow } from '../../shared/upstream-kinds.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { isOverTls, openSocket, testAuthority, testCredentials } from './over-tls.ts';

export type Bed = {
  readonly gateway: Gateway;
  readonly url: string;
  readonly port: number;
  readonly upstream: FakeUpstream;
  /** The credential of the first key. */
  readonly key: string;
  readonly keyId: string;
  readonly rows: RequestRow[];
  readonly strangers: string[];
  readonly log: string[];
  readonly settings: (change: Partial<Settings>) => void;
  readonly addKey: (facts?: Partial<GatewayKey>) => { readonly id: string; readonly key: string };
  readonly changeKey: (id: string, change: Partial<GatewayKey>) => void;
  readonly lock: (locked: { readonly vault: string; readonly reason: string } | undefined) => void;
  /** Makes the project of this id or changes it; keys are put into it by `projectId`. */
  readonly setProject: (id: string, change: Partial<GatewayProject>) => void;
  readonly setEcho: (upstream: GatewayUpstream | undefined) => void;
  /** A further credential of a key, as if it had been rotated away. */
  readonly addOldSecret: (id: string) => string;
  /** A value that somebody chose, as a further credential of a key. */
  readonly addCredential: (id: string, value: string) => string;
  readonly oldSecretUses: Parameters<NoteOldSecret>[0][];
  readonly upstreams: GatewayUpstream[];
  readonly addUpstream: (fake: FakeUpstream, facts?: Partial<GatewayUpstream>) => GatewayUpstream;
  /** Resolves with the row of the next request that ends. */
  readonly nextRow: () => Promise<RequestRow>;
  /** `fetch` with the first key. */
  readonly fetch: (path: string, init?: RequestInit & { readonly key?: string | null }) => Promise<Response>;
  /** Sends bytes over a socket of its own and reads until it is closed or `until` is seen. */
  readonly raw: (text: string | Buffer, until?: RegExp) => Promise<string>;
  readonly close: () => Promise<void>;
};

export type BedOptions = {
  readonly kind?: UpstreamKind;
  readonly settings?: Partial<Settings>;
  readonly hosts?: readonly string[];
  readonly key?: Partial<GatewayKey>;
  readonly clock?: GatewayPorts['clock'];
  readonly capture?: GatewayPorts['capture'];
  /** What an earlier run left of limits. */
  readonly counted?: readonly CounterRow[];
  readonly prices?: GatewayPorts['prices'];
  readonly tls?: Partial<GatewayPorts['tls']>;
  readonly ways?: GatewayPorts['ways'];
  /** People's tokens beside these keys. */
  readonly joinTokens?: (keys: GatewayPorts['keys']) => Pick<GatewayPorts, 'keys' | 'tokens'>;
  readonly dashboardUrl?: string;
  readonly machineAddresses?: () => readonly string[];
};

const noTokens: GatewayPorts['tokens'] = { find: () => undefined, isOpen: () => false };
const noWays: GatewayPorts['ways'] = {
  forAddress: () => undefined,
  forSecondPort: () => undefined,
  findPathToken: () => undefined,
  isOpen: () => false,
};

export async function makeBed(options: BedOptions = {}): Promise<Bed> {
  const upstream = await startFakeUpstream();
  const keys = new Map<string, GatewayKey>();
  const credentials = new Map<string, string>();
  const oldCredentials = new Set<string>();
  const oldSecretUses: Parameters<NoteOldSecret>[0][] = [];
  const projects = new Map<string, GatewayProject>();
  let echo: GatewayUpstream | undefined;
  const owners = new Map<string, { owner: string; upstreamId: string }>();
  const rows: RequestRow[] = [];
  const strangers: string[] = [];
  const lines: string[] = [];
  const log: Log = createLog({ format: 'json', write: (line) => lines.push(line) });
  const upstreams: GatewayUpstream[] = [];
  let waiting: ((row: RequestRow) => void)[] = [];
  let settings = settingsSchema.parse(options.settings ?? {});
  let locked: { vault: string; reason: string } | undefined;

  const [pair, authority] = [await testCredentials(), await testAuthority()];
  const registry = { get: (id: string) => projects.get(id), echo: () => echo };

  const keyRegistry: GatewayPorts['keys'] = {
    locked: () => locked && { code: 'vault_locked', ...locked },
    find(credential) {
      const key = keys.get(credentials.get(credential) ?? '');
      return key && { ...key, byOldSecret: oldCredentials.has(credential) };
    },
    get: (id) => keys.get(id),
  };
  const gateway = createGateway({
    version: '0.0.0-test',
    instanceId: 'bed',
    settings: () => settings,
    ways: options.ways ?? noWays,
    ...(options.joinTokens?.(keyRegistry) ?? { keys: keyRegistry, tokens: noTokens }),
    machineAddresses: options.machineAddresses ?? (() => []),
    dashboardUrl: () => options.dashboardUrl ?? null,
    projects: registry,
    oldSecretUsed: (use) => void oldSecretUses.push(use),
    upstreams: { list: () => upstreams, fallback: () => upstreams[0] },
    responses: {
      claim: (id, owner, upstreamId) => void owners.set(id, { owner, upstreamId }),
      find: (id) => owners.get(id),
    },
    usage: {
      record(row) {
        rows.push(row);
        for (const tell of waiting.splice(0)) tell(row);
      },
      stranger: (code) => void strangers.push(code),
      today: () => ({ requests: rows.length, tokensIn: 0, tokensOut: 0 }),
    },
    capture: options.capture ?? { wants: () => false, keep: () => {} },
    counters: createMemoryCounters({
      store: { load: () => options.counted ?? [], save: () => {} },
      clock: options.clock ?? systemClock,
      log,
    }),
    prices: options.prices ?? { costOf: () => undefined },
    tls: {
      mode: () => (isOverTls ? 'both' : 'off'),
      credentials: () => pair,
      names: () => [],
      authority: () => authority.certificate,
      ...options.tls,
    },
    budgetOwners: (key) => budgetOwnersOf(key, registry),
    upstreamFailed: () => {},
    lookup: undefined,
    clock: options.clock ?? systemClock,
    log,
  });
  const [address] = await gateway.listenOn(options.hosts ?? ['127.0.0.1'], 0);
  const port = address?.port ?? 0;

  function addKey(facts: Partial<GatewayKey> = {}) {
    const { id, key } = makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh', facts.id);
    const limits = { rpm: null, parallel: null };
    keys.set(id, {
      id,
      name: `key ${keys.size + 1}`,
      kind: 'inference',
      projectId: null,
      personId: null,
      personBar: null,
      weak: false,
      oldSecretWeak: false,
      status: 'active',
      expiresAt: null,
      limits,
      models: null,
      policy: usualPolicy,
      ...facts,
    });
    credentials.set(key, id);
    return { id, key };
  }

  function addUpstream(fake: FakeUpstream, facts: Partial<GatewayUpstream> = {}) {
    const kind = facts.kind ?? 'unknown';
    const added: GatewayUpstream = {
      id: `up${upstreams.length + 1}`,
      name: `upstream ${upstreams.length + 1}`,
      kind,
      dialects: upstreamKindRow(kind).dialects,
      url: new URL(fake.url),
      credential: undefined,
      health: 'up',
      models: new Set(['m']),
      parallel: null,
      ...facts,
    };
    upstreams.push(added);
    return added;
  }

  addUpstream(upstream, { kind: options.kind ?? 'unknown' });
  const first = addKey(options.key);
  const url = `${isOverTls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    gateway,
    url,
    port,
    upstream,
    key: first.key,
    keyId: first.id,
    rows,
    strangers,
    log: lines,
    upstreams,
    oldSecretUses,
    addOldSecret(id) {
      const { key } = makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh', id);
      credentials.set(key, id);
      oldCredentials.add(key);
      return key;
    },
    addCredential(id, value) {
      credentials.set(value, id);
      return value;
    },
    setProject(id, change) {
      projects.set(id, { ...openProject, id, name: id, ...projects.get(id), ...change });
      for (const key of keys.values()) if (key.projectId === id) gateway.keyChanged(key.id);
    },
    setEcho: (upstream) => {
      echo = upstream;
    },
    settings: (change) => {
      settings = { ...settings, ...change };
    },
    addKey,
    changeKey(id, change) {
      const key = keys.get(id);
      if (key) keys.set(id, { ...key, ...change });
      gateway.keyChanged(id);
    },
    lock: (state) => {
      locked = state;
    },
    addUpstream,
    nextRow: () => new Promise((resolve) => waiting.push(resolve)),
    fetch(path, init = {}) {
      const { key = first.key, ...rest } = init;
      const headers = new Headers(rest.headers);
      if (key !== null) headers.set('authorization', `Bearer ${key}`);
      if (rest.body && !headers.has('content-type')) headers.set('content-type', 'application/json');
      return fetch(url + path, { ...rest, headers });
    },
    raw: (text, until) => sendRaw(port, text, until),
    async close() {
      waiting = [];
      await gateway.stop(0);
      gateway.close();
      await Promise.all([upstream.close()]);
    },
  };
}

const openProject = {
  closed: false,
  models: null,
  aliases: new Map<string, string>(),
  upstreamId: null,
  echo: false,
  budgets: [],
  topUps: [],
} as const;

/** Writes bytes to a port of this machine and gives back what comes, until it ends or matches. */
export function sendRaw(port: number, text: string | Buffer, until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket: Socket = openSocket(port, () => socket.write(text));
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (until?.test(answer)) finish();
    });
    socket.on('end', finish);
    socket.on('close', finish);
    socket.on('error', (error) => (answer === '' ? reject(error) : finish()));
  });
}

/** The body of a chat request. */
export function chat(more: object = {}): string {
  return JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more });
}
