// Which certificate the server shows, and keeps it good: made when it is first wanted, renewed at a third of its life and
// when names or addresses come to it. What was brought along stands before our own. Knows nothing of sockets.

import { KeyhatchError } from '../../shared/errors.ts';
import type { PemPair, TlsView } from '../../shared/tls-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createTurns } from '../lib/turns.ts';
import { type CertificateNames, mayVouchFor } from './certificate-names.ts';
import { type CertificateFacts, checkPair, factsOf, isPair, isSignedBy, whyNotServed } from './certificate-reading.ts';
import type { CertificateRole, CertificateStore } from './certificate-store.ts';

/** What a server speaks TLS with, both as PEM. */
export type ServerCredentials = { readonly cert: string; readonly key: string };

export type CertificateNote = {
  readonly action: 'created' | 'rotated' | 'added' | 'removed';
  readonly subject: { readonly kind: 'certificate'; readonly id: CertificateRole; readonly name: string };
  readonly before?: object;
  readonly after?: object;
};

export type CertificateKeeperPorts = {
  readonly store: CertificateStore;
  /** What the server is called and where it listens now. */
  readonly wanted: () => CertificateNames;
  /** Whether anything is to be encrypted; else nothing is made by itself. */
  readonly needed: () => boolean;
  readonly record: (note: CertificateNote) => void;
  /** Told when another certificate is shown, or when what is wrong with it has changed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly log: Log;
};

export type CertificateKeeper = {
  /** The same object until another certificate is to be shown; undefined while there is none. */
  readonly credentials: () => ServerCredentials | undefined;
  /** What that certificate is for, from memory; nothing while there is none. */
  readonly names: () => readonly string[];
  readonly view: () => Omit<TlsView, 'mode' | 'choice'>;
  /** What is wrong, as a sentence. */
  readonly problem: () => string | null;
  /** Looks whether the certificate is still good. Never fails: `view` says what is wrong. */
  readonly look: () => Promise<void>;
  /** @throws KeyhatchError `certificate_unsuitable`, `vault_locked` */
  readonly usePem: (pair: PemPair) => Promise<void>;
  /** @throws KeyhatchError `vault_locked` */
  readonly useOwn: () => Promise<void>;
  /** A new certificate by the same authority. @throws KeyhatchError `vault_locked`, `certificate_brought_along` */
  readonly renew: () => Promise<void>;
  /** As well as a new authority, which clients then have to be told to trust. @throws as `renew` */
  readonly newAuthority: () => Promise<void>;
  /** Settles once nothing is under way any more; looks that come later do nothing. */
  readonly close: () => Promise<void>;
};

type Shown = {
  readonly role: CertificateRole;
  readonly credentials: ServerCredentials;
  readonly names: readonly string[];
};

const subjects: Readonly<Record<CertificateRole, string>> = {
  authority: 'Keyhatch authority',
  server: 'Server certificate',
  pem: 'Certificate brought along',
};

export function createCertificateKeeper(ports: CertificateKeeperPorts): CertificateKeeper {
  const { store, clock } = ports;
  const inTurn = createTurns();
  let shown: Shown | undefined;
  let problem: string | null = null;
  let isClosed = false;

  const roleInUse = (): CertificateRole => (store.certificate('pem') === undefined ? 'server' : 'pem');

  async function keyOf(role: CertificateRole): Promise<string | undefined> {
    const [certificate, key] = [store.certificate(role), await store.key(role)];
    return certificate !== undefined && key !== undefined && isPair(certificate, key) ? key : undefined;
  }

  function note(role: CertificateRole, before: string | undefined, after: string | undefined): void {
    const action = role === 'pem' ? (after === undefined ? 'removed' : 'added') : before ? 'rotated' : 'created';
    ports.record({
      action,
      subject: { kind: 'certificate', id: role, name: subjects[role] },
      ...(before === undefined ? {} : { before: notedFacts(before) }),
      ...(after === undefined ? {} : { after: notedFacts(after) }),
    });
  }

  function show(role: CertificateRole, key: string): void {
    const cert = store.certificate(role) ?? '';
    if (shown?.role === role && shown.credentials.cert === cert) return;
    shown = { role, credentials: { cert, key }, names: factsOf(cert).names };
    ports.onChange();
  }

  async function makeAuthorityAnew(): Promise<PemPair> {
    const { makeAuthority } = await import('./certificate-maker.ts');
    const { names } = ports.wanted();
    const before = store.certificate('authority');
    const made = await makeAuthority(names, clock.now());
    await store.putAuthority(made, names);
    note('authority', before, made.certificate);
    return made;
  }

  async function readyAuthority(): Promise<PemPair> {
    const certificate = store.certificate('authority');
    const key = await keyOf('authority');
    const lives = certificate !== undefined && factsOf(certificate).expiresAt > clock.now();
    return lives && key !== undefined ? { certificate, key } : makeAuthorityAnew();
  }

  async function makeServer(authority: PemPair): Promise<void> {
    const { makeServerCertificate } = await import('./certificate-maker.ts');
    const before = store.certificate('server');
    const { held } = vouchable(ports.wanted(), store.authorityNames());
    const made = await makeServerCertificate(authority, held, clock.now());
    await store.put('server', made);
    note('server', before, made.certificate);
    show('server', made.key);
  }

  async function ready(): Promise<void> {
    if (roleInUse() === 'pem') {
      if (shown?.role === 'pem') return;
      const key = await keyOf('pem');
      if (key === undefined) throw unsuitable('its key is no longer in the vault. Bring both along again');
      // One that was kept by an earlier version, or that encryption refuses by now.
      const reason = whyNotServed({ certificate: store.certificate('pem') ?? '', key });
      if (reason !== undefined) throw unsuitable(reason);
      return show('pem', key);
    }
    if (isOwnGood(store, ports.wanted(), clock.now())) {
      if (shown?.role === 'server') return;
      const key = await keyOf('server');
      if (key !== undefined) return show('server', key);
    }
    await makeServer(await readyAuthority());
  }

  function tell(next: string | null): void {
    if (problem === next) return;
    problem = next;
    if (next !== null) ports.log.warn('there is something wrong with the certificate', { problem: next });
    ports.onChange();
  }

  async function look(): Promise<void> {
    if (isClosed) return;
    if (!ports.needed()) return tell(null);
    try {
      await ready();
      tell(endedProblem(store.certificate(roleInUse()), clock.now()));
    } catch (error) {
      tell(error instanceof KeyhatchError ? error.message : 'A certificate could not be made; the log says why.');
      if (!(error instanceof KeyhatchError)) ports.log.error('a certificate could not be made', { error });
    }
  }

  function refuseBroughtAlong(): void {
    if (roleInUse() === 'pem') throw new KeyhatchError('certificate_brought_along');
  }

  return {
    credentials: () => shown?.credentials,
    names: () => shown?.names ?? [],
    view: () => viewOf(store, roleInUse(), ports.wanted(), problem),
    problem: () => problem,
    look: () => inTurn(look),
    usePem: (pair) =>
      inTurn(async () => {
        const checked = checkPair(pair, clock.now());
        const before = store.certificate('pem');
        await store.put('pem', checked);
        note('pem', before, checked.certificate);
        show('pem', checked.key);
        tell(null);
      }),
    useOwn: () =>
      inTurn(async () => {
        const before = store.certificate('pem');
        if (before === undefined) return;
        await store.remove('pem');
        note('pem', before, undefined);
        shown = undefined;
        await look();
        ports.onChange();
      }),
    renew: () =>
      inTurn(async () => {
        refuseBroughtAlong();
        await makeServer(await readyAuthority());
        tell(null);
      }),
    newAuthority: () =>
      inTurn(async () => {
        refuseBroughtAlong();
        await makeServer(await makeAuthorityAnew());
        tell(null);
      }),
    close() {
      isClosed = true;
      return inTurn(async () => {});
    },
  };
}

/** Of what is wanted, what an authority for these names may vouch for, and what not. */
function vouchable({ names, addresses }: CertificateNames, authorityNames: readonly string[]) {
  const held = {
    names: names.filter((name) => authorityNames.includes(name)),
    addresses: addresses.filter(mayVouchFor),
  };
  const covered = new Set([...held.names, ...held.addresses]);
  return { held, missing: [...names, ...addresses].filter((one) => !covered.has(one)) };
}

/** Whether the certificate by our authority can stay: it fits, it lives long enough, and it lacks no name. */
function isOwnGood(store: CertificateStore, wanted: CertificateNames, now: number): boolean {
  const [authority, server] = [store.certificate('authority'), store.certificate('server')];
  if (authority === undefined || server === undefined || !isSignedBy(server, authority)) return false;
  const facts = factsOf(server);
  const { held } = vouchable(wanted, store.authorityNames());
  // Names that went stay until it is renewed: a network that comes and goes must not make one each time.
  if ([...held.names, ...held.addresses].some((name) => !facts.names.includes(name))) return false;
  if (facts.expiresAt <= now) return false;
  const isDue = facts.expiresAt - now < (facts.expiresAt - facts.startsAt) / 3;
  // One that ends with its authority would end no later if it were made anew.
  return !isDue || facts.expiresAt >= factsOf(authority).expiresAt;
}

function endedProblem(certificate: string | undefined, now: number): string | null {
  const facts = certificate === undefined ? undefined : factsOf(certificate);
  if (!facts || facts.expiresAt > now) return null;
  return 'The certificate that was brought along has ended, so clients refuse it. Bring a new one along, or use Keyhatch’s own.';
}

function viewOf(
  store: CertificateStore,
  role: CertificateRole,
  wanted: CertificateNames,
  problem: string | null,
): Omit<TlsView, 'mode' | 'choice'> {
  const server = store.certificate(role);
  const facts: CertificateFacts | undefined = server === undefined ? undefined : factsOf(server);
  const caPem = role === 'pem' ? null : (store.certificate('authority') ?? null);
  const authority = caPem === null ? undefined : factsOf(caPem);
  return {
    source: role === 'pem' ? 'pem' : 'own',
    problem,
    fingerprint: facts?.fingerprint ?? null,
    names: [...(facts?.names ?? [])],
    missing: caPem === null ? [] : vouchable(wanted, store.authorityNames()).missing,
    startsAt: facts?.startsAt ?? null,
    expiresAt: facts?.expiresAt ?? null,
    issuer: facts?.issuer ?? null,
    caFingerprint: authority?.fingerprint ?? null,
    caExpiresAt: authority?.expiresAt ?? null,
    caPem,
  };
}

function notedFacts(certificate: string): object {
  const { fingerprint, names, expiresAt } = factsOf(certificate);
  return { fingerprint, names, expiresAt };
}

function unsuitable(reason: string): KeyhatchError {
  return new KeyhatchError('certificate_unsuitable', { details: { reason } });
}
