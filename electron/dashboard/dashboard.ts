// The dashboard as a whole: whether and where it listens, as the settings say, and the links that open it. The control
// plane over HTTP; knows people's sessions and carries no client traffic. No key opens anything here but
// the metrics, and an admin key the admin API.

import { KeyhatchError } from '../../shared/errors.ts';
import type { SignInLink } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { whyNotListening } from '../lib/port-trouble.ts';
import { createTurns } from '../lib/turns.ts';
import { type ApiSource, createApiAnswer } from './api-answer.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { type AuthSource, createAuthAnswer } from './auth-answer.ts';
import { createDashboardAnswer, type DashboardAnswer, type DashboardRouter } from './dashboard-answer.ts';
import { type DashboardListener, dashboardHost, openDashboardListener } from './dashboard-listener.ts';
import {
  createDashboardSessions,
  type DashboardSessions,
  type SessionRules,
  type Standing,
} from './dashboard-sessions.ts';
import { createMetricsAnswer, type MetricsSource } from './metrics-answer.ts';
import { dashboardUrl } from './same-origin.ts';
import { createSessionCalls, type PeopleDoor } from './session-calls.ts';
import { createSignInLinks } from './sign-in-link.ts';

export type DashboardPorts = {
  readonly settings: () => Pick<Settings, 'dashboard.enabled' | 'dashboard.port'>;
  readonly sessionRules: () => SessionRules;
  /** Whether somebody chose the port; else the next free one is as good. */
  readonly portIsChosen: () => boolean;
  readonly router: () => DashboardRouter;
  readonly pagesDir: string | undefined;
  readonly metrics: MetricsSource;
  readonly auth: AuthSource;
  readonly people: PeopleDoor & { readonly standing: Standing };
  readonly api: () => ApiSource;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly log: Log;
};

export type Dashboard = {
  /** Begins to follow the settings. Never fails: the gateway matters more, and `problem` says what went wrong. */
  readonly start: () => Promise<void>;
  /**
   * Does what the settings now say; before `start` that is nothing. On failure it stays where it was.
   * @throws KeyhatchError `port_in_use`, `address_unavailable`
   */
  readonly follow: () => Promise<void>;
  readonly url: () => string | null;
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
  const releases = new Set<Promise<void>>();
  let answer: DashboardAnswer | undefined;
  let started = false;
  let listening: { readonly listener: DashboardListener; readonly wantedPort: number } | undefined;
  let problem: string | null = null;
  // One change at a time, in the order they were asked for.
  const inTurn = createTurns();

  function makeAnswer(): DashboardAnswer {
    const sessionCalls = createSessionCalls({ sessions, links, people: ports.people });
    return createDashboardAnswer({
      router: ports.router(),
      pagesDir: ports.pagesDir,
      sessionCalls,
      answerMetrics,
      answerAuth,
      answerApi: createApiAnswer(ports.api(), apiAttempts),
      log,
    });
  }

  // Not waited for: the call that switches the dashboard off or moves it may have come through it.
  function release(): void {
    const released = listening?.listener.release();
    listening = undefined;
    if (!released) return;
    // Whoever takes the port next is sent what browsers hold for it, and the token of a link that is followed late.
    sessions.endAll();
    links.forget();
    releases.add(released);
    void released.finally(() => releases.delete(released));
  }

  async function listen(open: (port: number) => Promise<DashboardListener>): Promise<void> {
    const wantedPort = ports.settings()['dashboard.port'];
    if (listening?.wantedPort === wantedPort) return;
    const listener = await open(wantedPort);
    release();
    listening = { listener, wantedPort };
    log.info('the dashboard listens', { url: dashboardUrl(listener.port) });
  }

  async function apply(open: (port: number) => Promise<DashboardListener>): Promise<void> {
    if (ports.settings()['dashboard.enabled']) await listen(open);
    else release();
    problem = null;
    ports.onChange();
  }

  async function openExactly(port: number): Promise<DashboardListener> {
    answer ??= makeAnswer();
    try {
      return await openDashboardListener(port, answer);
    } catch (error) {
      throw await whyNotListening(error, [dashboardHost], port);
    }
  }

  async function openNear(port: number): Promise<DashboardListener> {
    if (ports.portIsChosen()) return openExactly(port);
    answer ??= makeAnswer();
    for (let next = port; next < port + portsTried; next++) {
      const listener = await openDashboardListener(next, answer).catch(() => undefined);
      if (!listener) continue;
      if (next !== port) log.warn(`port ${port} is taken, so the dashboard is on ${next}`);
      return listener;
    }
    return openExactly(port);
  }

  // In the fragment, which browsers send to nobody and write into no log.
  function pageUrl(fragment: string): string {
    if (!started) throw new KeyhatchError('not_running');
    if (!listening) throw new KeyhatchError('dashboard_off');
    return `${dashboardUrl(listening.listener.port)}/#/${fragment}`;
  }

  return {
    start: () =>
      inTurn(async () => {
        started = true;
        sweeping = setInterval(sessions.sweep, sweepEveryMs).unref();
        await apply(openNear).catch((error: unknown) => {
          problem = `There is no dashboard. ${error instanceof KeyhatchError ? error.message : 'The log says why.'}`;
          log.warn('the dashboard could not be opened', { error });
        });
      }),
    follow: () =>
      inTurn(async () => {
        if (started) await apply(openExactly);
      }),
    url: () => (listening ? dashboardUrl(listening.listener.port) : null),
    problem: () => problem,
    link() {
      pageUrl('');
      const { token, expiresAt } = links.make();
      return { url: pageUrl(`sign-in/${token}`), expiresAt };
    },
    pageUrl,
    sessions,
    close: () =>
      inTurn(async () => {
        started = false;
        clearInterval(sweeping);
        release();
        await Promise.all(releases);
      }),
  };
}
