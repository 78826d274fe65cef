// The dashboard as a whole: whether and where it listens, as the settings say, and the links that open it. The control
// plane over HTTP; knows people's sessions and carries no client traffic. No key opens anything here but
// the metrics, and an admin key the admin API.

import { KeyhatchError } from '../../shared/errors.ts';
import type { SignInLink } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Acting } from '../lib/acting.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { whyNotListening } from '../lib/port-trouble.ts';
import { createFailureNote, type PortCredentials } from '../lib/tls-port.ts';
import { createTurns } from '../lib/turns.ts';
import { type ApiSource, createApiAnswer } from './api-answer.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { type AuthSource, createAuthAnswer } from './auth-answer.ts';
import { createDashboardAnswer, type DashboardAnswer, type DashboardRouter } from './dashboard-answer.ts';
import { createDashboardDoors, type OpenDoor } from './dashboard-doors.ts';
import { type DashboardListener, dashboardHost, isEveryAddress, openDashboardListener } from './dashboard-listener.ts';
import {
  createDashboardSessions,
  type DashboardSessions,
  type SessionRules,
  type Standing,
} from './dashboard-sessions.ts';
import { createMetricsAnswer, type MetricsSource } from './metrics-answer.ts';
import { dashboardUrl, secureUrl } from './same-origin.ts';
import { createSessionCalls, type PeopleDoor } from './session-calls.ts';
import { createSignInLinks } from './sign-in-link.ts';

export type DashboardPorts = {
  readonly settings: () => Pick<Settings, 'dashboard.enabled' | 'dashboard.port' | 'dashboard.hosts'>;
  readonly sessionRules: () => SessionRules;
  /** Whether somebody chose the port; else the next free one is as good. */
  readonly portIsChosen: () => boolean;
  readonly router: () => DashboardRouter;
  readonly pagesDir: string | undefined;
  readonly metrics: MetricsSource;
  readonly encryption: DashboardEncryption;
  /** Whether anybody could sign in from another machine. */
  readonly hasPassword: () => boolean;
  readonly auth: AuthSource;
  readonly people: PeopleDoor & { readonly standing: Standing };
  readonly api: () => ApiSource;
  readonly onChange: () => void;
  readonly acting: Pick<Acting, 'as'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** The certificate under which other machines reach it. */
export type DashboardEncryption = {
  readonly credentials: () => PortCredentials | undefined;
  readonly names: () => readonly string[];
  /** Resolves once a certificate is there, or with the reason why there is none. */
  readonly whyMissing: () => Promise<string | undefined>;
};

export type Dashboard = {
  /** Begins to follow the settings. Never fails: the gateway matters more, and `problem` says what went wrong. */
  readonly start: () => Promise<void>;
  /**
   * Does what the settings now say; before `start` that is nothing. On failure it stays where it was.
   * @throws KeyhatchError `port_in_use`, `address_unavailable`
   */
  readonly follow: () => Promise<void>;
  /** Tries again what could not be opened, once there is a certificate or a password. Never fails. */
  readonly look: () => Promise<void>;
  readonly url: () => string | null;
  /** Its address for other machines, if they can reach it. */
  readonly secureUrl: () => string | null;
  /** Why it does not listen although it should, as a sentence. */
  readonly problem: () => string | null;
  /** @throws KeyhatchError `not_running`, `dashboard_off` */
  readonly link: () => SignInLink;
  /** The page at this place. @throws KeyhatchError `not_running`, `dashboard_off` */
  readonly pageUrl: (fragment: string) => string;
  readonly sessions: Pick<DashboardSessions, 'list' | 'end' | 'endOf' | 'adopt'>;
  readonly close: () => Promise<void>;
};

const portsTried = 50;
/** How late a session may end that nobody asks with. */
const sweepEveryMs = 30_000;

export function createDashboard(ports: DashboardPorts): Dashboard {
  const { clock, log } = ports;
  const links = createSignInLinks({ clock });
  const sessions = createDashboardSessions({ clock, rules: ports.sessionRules, standing: ports.people.standing });
  let sweeping: NodeJS.Timeout | undefined;
  const answerMetrics = createMetricsAnswer(ports.metrics, createAttemptLimit({ clock }));
  const answerAuth = createAuthAnswer(ports.auth, createAttemptLimit({ clock }));
  const apiAttempts = createAttemptLimit({ clock });
  const noteFailure = createFailureNote(ports);
  let answer: DashboardAnswer | undefined;
  let started = false;
  let problem: string | null = null;
  // One change at a time, in the order they were asked for.
  const inTurn = createTurns();
  const doors = createDashboardDoors({
    open: openExactly,
    onLetGo(hosts) {
      // Whoever takes the port there next is sent what browsers hold for it, and the token of a link that is followed late.
      for (const host of hosts) sessions.endMadeAt(host);
      links.forget();
    },
  });

  function makeAnswer(): DashboardAnswer {
    const sessionCalls = createSessionCalls({ sessions, links, people: ports.people });
    return createDashboardAnswer({
      router: ports.router(),
      pagesDir: ports.pagesDir,
      sessionCalls,
      answerMetrics,
      names: ports.encryption.names,
      answerAuth,
      answerApi: createApiAnswer(ports.api(), apiAttempts),
      acting: ports.acting,
      log,
    });
  }

  async function open(host: string, port: number): Promise<DashboardListener> {
    answer ??= makeAnswer();
    const encryption = { isOn: () => true, credentials: ports.encryption.credentials };
    return openDashboardListener({ host, port, answer, encryption, noteFailure });
  }

  async function openExactly(host: string, port: number): Promise<DashboardListener> {
    try {
      return await open(host, port);
    } catch (error) {
      throw await whyNotListening(error, [host], port);
    }
  }

  async function openNear(host: string, port: number): Promise<DashboardListener> {
    if (ports.portIsChosen()) return openExactly(host, port);
    for (let next = port; next < port + portsTried; next++) {
      const listener = await open(host, next).catch(() => undefined);
      if (!listener) continue;
      if (next !== port) log.warn(`port ${port} is taken, so the dashboard is on ${next}`);
      return listener;
    }
    return openExactly(host, port);
  }

  /** Why other machines must not reach it yet. */
  async function whyNotFar(): Promise<KeyhatchError | undefined> {
    if (!ports.hasPassword()) return new KeyhatchError('dashboard_needs_password');
    const reason = await ports.encryption.whyMissing();
    return reason === undefined ? undefined : new KeyhatchError('dashboard_not_encrypted', { details: { reason } });
  }

  /** @returns what of it is not possible now, where that is no reason to fail */
  async function apply(openFirst: OpenDoor, isAsked: boolean): Promise<KeyhatchError | undefined> {
    const settings = ports.settings();
    let hosts: readonly string[] = settings['dashboard.enabled'] ? settings['dashboard.hosts'] : [];
    const refusal = hosts.some((host) => host !== dashboardHost) ? await whyNotFar() : undefined;
    if (refusal && isAsked) throw refusal;
    if (refusal) hosts = hosts.filter((host) => host === dashboardHost);
    const before = JSON.stringify(addresses());
    if (hosts.length > 0) await doors.moveTo(hosts, settings['dashboard.port'], openFirst);
    else doors.letGo();
    problem = refusal?.message ?? null;
    if (JSON.stringify(addresses()) !== before) log.info('the dashboard listens', { urls: addresses() });
    ports.onChange();
    return refusal;
  }

  async function applyLeniently(openFirst: OpenDoor): Promise<void> {
    try {
      const refusal = await apply(openFirst, false);
      if (refusal) log.warn('the dashboard is not open to other machines', { error: refusal });
    } catch (error) {
      problem = `There is no dashboard. ${error instanceof KeyhatchError ? error.message : 'The log says why.'}`;
      log.warn('the dashboard could not be opened', { error });
    }
  }

  const url = () => {
    const here = doors.open().find(({ host }) => host === dashboardHost || isEveryAddress(host));
    return here ? dashboardUrl(here.port) : secure();
  };

  const secure = () => {
    const far = doors.open().find(({ host }) => host !== dashboardHost);
    if (!far) return null;
    const isReached = (name: string) => name !== 'localhost' && name !== dashboardHost && name !== '::1';
    const name = isEveryAddress(far.host) ? ports.encryption.names().findLast(isReached) : far.host;
    return secureUrl(name ?? far.host, far.port);
  };

  const addresses = () => [...new Set([url(), secure()])].filter((one) => one !== null);

  // In the fragment, which browsers send to nobody and write into no log.
  function pageAt(origin: string | null, fragment: string): string {
    if (!started) throw new KeyhatchError('not_running');
    if (origin === null) throw new KeyhatchError('dashboard_off');
    return `${origin}/#/${fragment}`;
  }

  return {
    start: () =>
      inTurn(async () => {
        started = true;
        sweeping = setInterval(sessions.sweep, sweepEveryMs).unref();
        await applyLeniently(openNear);
      }),
    follow: () =>
      inTurn(async () => {
        if (started) await apply(openExactly, true);
      }),
    look: () =>
      inTurn(async () => {
        if (started && problem !== null) await applyLeniently(openExactly);
      }),
    url,
    secureUrl: secure,
    problem: () => problem,
    link() {
      const [here, far] = [url(), secure()];
      // Before a link is made, which ends the one before.
      pageAt(here, '');
      const { token, expiresAt } = links.make();
      const fragment = `sign-in/${token}`;
      return { url: pageAt(here, fragment), secureUrl: far === null ? null : pageAt(far, fragment), expiresAt };
    },
    // Whoever is invited comes from another machine as a rule, if one can.
    pageUrl: (fragment) => pageAt(secure() ?? url(), fragment),
    sessions,
    close: () =>
      inTurn(async () => {
        started = false;
        clearInterval(sweeping);
        doors.letGo();
        await doors.closed();
      }),
  };
}
