// People's tokens as the house joins them, between a real gateway and a real dashboard; the people are the test's own, and so
// is the time.

import { joinTokens } from '../../electron/compose-tokens.ts';
import type { KeptPerson } from '../../electron/core/people.ts';
import { createLifetime } from '../../electron/lib/lifetime.ts';
import { silentLog } from '../../electron/lib/log.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { usualMemberLimits } from '../../shared/people-model.ts';
import { settingsSchema } from '../../shared/settings.ts';
import { makeDashboard } from './dashboard-bed.ts';
import { type Bed, makeBed } from './gateway-bed.ts';

export type Issued = { readonly access_token: string; readonly refresh_token: string };
export type Told = { readonly status: number; readonly code: string | undefined; readonly body: unknown };

export type TokensBed = {
  readonly bed: Bed;
  readonly dashboardUrl: string;
  /** What tokens are signed with, once somebody has signed in. */
  readonly secret: () => Buffer;
  readonly notes: string[];
  readonly changePerson: (change: Partial<KeptPerson>) => void;
  /** The person's role asks for an authenticator that they have not set up. */
  readonly oweTotp: () => void;
  readonly passTime: (ms: number) => void;
  /** Sets `access.credentials`, for gateway and tokens alike. */
  readonly take: (what: 'keys' | 'tokens' | 'both') => void;
  /** Asks the dashboard, as a program does. */
  readonly auth: (call: string, body: unknown, headers?: Record<string, string>) => Promise<Told>;
  readonly login: (more?: object) => Promise<Issued>;
  readonly chat: (headers: Record<string, string>, path?: string) => Promise<Told>;
  readonly close: () => Promise<void>;
};

const ada: KeptPerson = {
  id: 'person01',
  name: 'Ada',
  role: 'member',
  status: 'active',
  createdAt: 0,
  lastSeenAt: null,
  totp: false,
  totpStep: 0,
  passwordSetAt: 0,
  limits: usualMemberLimits,
};
const madeInvite = {
  id: 'invite01',
  role: 'member',
  name: null,
  limits: usualMemberLimits,
  createdAt: 0,
  expiresAt: 0,
} as const;

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export async function makeTokensBed(kept = new Map<string, string>()): Promise<TokensBed> {
  let now = Date.now();
  let person: KeptPerson = ada;
  let owesTotp = false;
  let settings = settingsSchema.parse({ 'access.credentials': 'both' });
  let tell: (personId: string) => void = () => {};
  let gateway: Bed['gateway'] | undefined;
  const notes: string[] = [];
  const clock = { now: () => now, monotonic: () => now };
  const prove = async (name: string, password: string) => {
    if (name !== person.name || password !== 'right horse battery') throw new KeyhatchError('key_unknown');
    return { ...person, keys: 0 };
  };
  const joinWith = (registry: Parameters<typeof joinTokens>[0]['registry']) =>
    joinTokens({
      registry,
      people: {
        find: (id) => (id === person.id ? person : undefined),
        nameOf: () => person.name,
        noteSeen: () => {},
      },
      forTokens: {
        verify: prove,
        acceptInvite: ({ name, password }) => prove(name, password),
        onChanged(listen) {
          tell = listen;
          return () => {};
        },
      },
      door: {
        lookAtInvite: (token) => ({ ...madeInvite, kind: token === 'reset' ? 'reset' : 'invite' }),
        standing: () => ({ name: person.name, role: person.role, owesTotp }),
      },
      secrets: {
        get: async (name) => kept.get(name) ?? null,
        set: async (name, value) => void kept.set(name, value),
      },
      onEnded: () => gateway?.passesChanged(),
      ledger: { nameHolder: () => {} },
      settings: () => settings,
      lifetime: createLifetime({ log: silentLog, partDeadlineMs: 1000 }),
      record: ({ action, subject }) => void notes.push(`${action} ${subject.name}`),
      clock,
    });
  let joined: ReturnType<typeof joinWith> | undefined;
  const bed = await makeBed({
    clock,
    settings,
    dashboardUrl: 'http://127.0.0.1:1236',
    joinTokens(keys) {
      joined = joinWith(keys);
      return joined.gateway;
    },
  });
  ({ gateway } = bed);
  const { tokens } = joined as ReturnType<typeof joinWith>;
  await tokens.open();
  const { url: dashboardUrl } = await makeDashboard({ auth: tokens, clock });

  async function auth(call: string, body: unknown, headers: Record<string, string> = {}): Promise<Told> {
    const response = await fetch(`${dashboardUrl}/api/auth/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const answer = text === '' ? undefined : (JSON.parse(text) as { error?: { code: string } });
    return { status: response.status, code: answer?.error?.code, body: answer };
  }

  return {
    bed,
    dashboardUrl,
    secret: () => Buffer.from(kept.get('tokens') ?? '', 'base64url'),
    notes,
    changePerson(change) {
      person = { ...person, ...change };
      tell(person.id);
    },
    oweTotp() {
      owesTotp = true;
    },
    passTime(ms) {
      now += ms;
    },
    take(what) {
      settings = { ...settings, 'access.credentials': what };
      bed.settings({ 'access.credentials': what });
    },
    auth,
    async login(more = {}) {
      const answer = await auth('login', { name: 'Ada', password: 'right horse battery', ...more });
      if (answer.status !== 200) throw new Error(`signing in failed: ${answer.code}`);
      return answer.body as Issued;
    },
    async chat(headers, path = '/v1/chat/completions') {
      const body = JSON.stringify({ model: 'm', messages: [], max_tokens: 5 });
      const response = await bed.fetch(path, { method: 'POST', body, key: null, headers });
      const answer: unknown = await response.json();
      return { status: response.status, code: response.headers.get('x-keyhatch-error') ?? undefined, body: answer };
    },
    close: bed.close,
  };
}
