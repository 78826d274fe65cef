// A composed house whose dashboard people share: an owner with a password, and whoever is invited. Everything goes over
// real HTTP, as browsers do it; the clock goes on when a test says so.

import { Secret, TOTP } from 'otpauth';
import type { ContractClient } from '../../electron/control/control-client.ts';
import type { Clock } from '../../electron/lib/clock.ts';
import type { House, Shell } from '../../electron/shell.ts';
import type { MemberLimitsPatch, Role } from '../../shared/people-model.ts';
import { type Answer, dashboardClient, type Halves, headersOf, send, signIn } from './browser.ts';
import { composeHouse } from './composed-house.ts';
import { clientOf } from './house-client.ts';

export const goodPassword = 'my dog eats blue socks';

export type SignedIn = { readonly halves: Halves; readonly client: ContractClient };

export type PeopleBed = {
  readonly house: House;
  readonly gatewayUrl: () => string;
  readonly dataDir: string;
  readonly lines: readonly string[];
  readonly url: string;
  /** As the window or a command of the machine calls. */
  readonly machine: ContractClient;
  readonly passTime: (ms: number) => void;
  readonly now: () => number;
  /** A chat request with a key, to the echo model. */
  readonly chat: (key: string) => Promise<Response>;
  /** Follows a new link of the machine. */
  readonly byLink: () => Promise<SignedIn>;
  readonly as: (halves: Halves) => SignedIn;
  readonly post: (path: string, body: unknown, halves?: Partial<Halves>) => Promise<Answer>;
  /** Signs in; the answer as it is. */
  readonly trySignIn: (name: string, password: string, more?: object) => Promise<Answer>;
  readonly signIn: (name: string, password?: string, more?: object) => Promise<SignedIn>;
  /** Invites somebody and has them accept. */
  readonly join: (name: string, role?: Role, limits?: MemberLimitsPatch) => Promise<SignedIn & { readonly id: string }>;
  /** Makes the owner's account. */
  readonly makeOwner: (name?: string) => Promise<SignedIn & { readonly id: string }>;
};

/** The two halves that an answer gave. */
export function halvesIn(answer: Answer): Halves {
  if (answer.status !== 200) throw new Error(`signing in was refused: ${answer.text}`);
  const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';');
  return { cookie, page: (JSON.parse(answer.text) as { session: string }).session };
}

/** What an authenticator app shows for this secret. */
export function codeAt(secret: string, nowMs: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: nowMs });
}

/** The code of the error that a call ends with. */
export async function refusalOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
}

export async function makePeopleBed(shell: Partial<Shell> = {}): Promise<PeopleBed> {
  const began = performance.now();
  const startedAt = Date.now();
  let passed = 0;
  const clock: Clock = {
    now: () => Math.round(startedAt + performance.now() - began + passed),
    monotonic: () => performance.now() + passed,
  };
  const { house, gatewayUrl, dataDir, lines } = await composeHouse({ clock, ...shell });
  const url = house.status().dashboard.url ?? '';
  const machine = clientOf(house);
  const as = (halves: Halves): SignedIn => ({ halves, client: dashboardClient(url, halves) });
  const post: PeopleBed['post'] = (path, body, halves = {}) =>
    send(url, path, { method: 'POST', body, headers: headersOf(halves) });
  const trySignIn: PeopleBed['trySignIn'] = (name, password, more = {}) =>
    post('/session', { name, password, ...more });
  const idOf = async ({ client }: SignedIn) => (await client.me.get()).person?.id ?? '';
  const byLink = async () => as(await signIn(house.dashboardLink().url));
  return {
    house,
    gatewayUrl,
    dataDir,
    lines,
    url,
    machine,
    as,
    post,
    trySignIn,
    byLink,
    chat: (key) =>
      fetch(`${gatewayUrl()}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'hello' }] }),
      }),
    passTime(ms) {
      passed += ms;
    },
    now: clock.now,
    signIn: async (name, password = goodPassword, more = {}) => as(halvesIn(await trySignIn(name, password, more))),
    async join(name, role = 'member', limits = {}) {
      const { token } = await machine.people.invite({ role, limits });
      const signedIn = as(halvesIn(await post('/session/invite', { token, name, password: goodPassword })));
      return { ...signedIn, id: await idOf(signedIn) };
    },
    async makeOwner(name = 'Olga') {
      const signedIn = await byLink();
      await signedIn.client.me.setPassword({ name, password: goodPassword });
      return { ...signedIn, id: await idOf(signedIn) };
    },
  };
}
