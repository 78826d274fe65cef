// Says what a person should hear of while no window is open: the server has stopped by itself, a key is refused many
// times, is about to end or should be rotated, has nearly or wholly used a budget, something became exposed by itself, an update is
// ready. Silent when it is switched off.

import { Notification } from 'electron';
import type { Change } from '../../shared/change.ts';
import type { KeyFacts, Status } from '../../shared/model.ts';
import type { ProjectFacts } from '../../shared/project-model.ts';
import type { Settings } from '../../shared/settings.ts';
import { createBudgetWatch } from './budget-watch.ts';
import { noticeTexts as texts } from './desktop-texts.ts';
import { createExposureNews } from './exposure-news.ts';
import { createRefusalWatch } from './refusal-watch.ts';
import type { Page } from './tray-view.ts';

export type NoticesPorts = {
  readonly settings: () => Settings;
  readonly listen: (listener: (change: Change) => void) => () => void;
  /** The server's state when listening begins. */
  readonly serverState: Status['server']['state'];
  readonly open: (page: Page) => void;
  /** Whether a reminder was not said before, in this run or another; from then on it was. */
  readonly sayOnce: (reminderId: string) => boolean;
  /** Makes it new again. */
  readonly forget: (reminderId: string) => void;
};

export type Notices = {
  readonly updateReady: (version: string | null) => void;
  /** @returns false when nothing can be said this way */
  readonly stillRunning: () => boolean;
  readonly close: () => void;
};

type Words = { readonly title: string; readonly body: string };

export function createNotices(ports: NoticesPorts): Notices {
  // A notice that nobody holds is collected, and its click with it.
  const shown = new Set<Notification>();
  const refusals = createRefusalWatch();
  const budgets = createBudgetWatch();
  const exposed = createExposureNews();
  let state = ports.serverState;

  function say({ title, body }: Words, page: Page): boolean {
    if (!ports.settings()['desktop.notifications'] || !Notification.isSupported()) return false;
    const notice = new Notification({ title, body });
    shown.add(notice);
    notice.on('click', () => ports.open(page));
    notice.on('close', () => shown.delete(notice));
    notice.on('failed', () => shown.delete(notice));
    notice.show();
    return true;
  }

  function hearStatus({ server, reminders, exposures }: Status): void {
    // From `running`: a start that failed is told to whoever asked for it.
    if (server.state === 'failed' && state === 'running') say(texts.serverFailed(server.reason), '#/server');
    state = server.state;
    // While notices are off none is used up: they are said once they are on again.
    if (!ports.settings()['desktop.notifications']) return;
    for (const reminder of reminders)
      if (ports.sayOnce(reminder.id)) say(texts.reminder(reminder), `#/keys/${reminder.keyId}`);
    const { open, closed } = exposed(exposures);
    for (const one of open) if (ports.sayOnce(`exposed-${one.id}`)) say(texts.exposed(one.says), '#/server');
    for (const id of closed) ports.forget(`exposed-${id}`);
  }

  function hearKey(key: KeyFacts): void {
    const own = key.budgets.filter(({ project }) => project === null);
    for (const { state, share } of budgets({ id: key.id, budgets: own })) {
      say(state === 'spent' ? texts.budgetSpent(key.name) : texts.budgetWarned(key.name, share), `#/keys/${key.id}`);
    }
  }

  function hearProject({ id, name, archivedAt, budgetStates }: ProjectFacts): void {
    if (archivedAt !== null) return;
    for (const { state, share } of budgets({ id, budgets: budgetStates })) {
      say(state === 'spent' ? texts.projectSpent(name) : texts.projectWarned(name, share), `#/projects/${id}`);
    }
  }

  const off = ports.listen((change) => {
    if (change.type === 'status') hearStatus(change.status);
    if (change.type === 'key') hearKey(change.key);
    if (change.type === 'project') hearProject(change.project);
    if (change.type !== 'requests') return;
    for (const { keyId, name, count } of refusals(change.requests))
      say(texts.keyRefused(name, count), `#/keys/${keyId}`);
  });
  return {
    updateReady(version) {
      say(texts.updateReady(version), '#/settings');
    },
    stillRunning: () => say(texts.stillRunning, ''),
    close: off,
  };
}
