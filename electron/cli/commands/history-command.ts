// `keyhatch history` and `keyhatch audit list`: who did what and when, newest first.

import { actorKind, type HistoryEntry, subjectKind } from '../../../shared/history-model.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand } from '../command.ts';
import { parseChoice, parseDuration, parseWhole } from '../flag-values.ts';
import type { Flags } from '../flags.ts';
import type { Output } from '../output.ts';
import { textTable } from '../text-table.ts';
import { changesText } from './history-text.ts';

const shownAtOnce = 50;

const narrowFlags = {
  key: { value: 'ID|NAME', about: 'Of one key, also a deleted one.' },
  project: { value: 'ID|NAME', about: 'Of one project, also a deleted one.' },
  kind: { value: 'K', about: `Of one kind: ${subjectKind.options.join(', ')}.` },
  actor: { value: 'A', about: `By one way in: ${actorKind.options.join(', ')}.` },
  since: { value: '7d', about: 'Of so long a time.' },
} as const;
type NarrowFlags = Pick<Flags<keyof typeof narrowFlags>, 'text'>;

/** What narrows the log, for showing and for taking along. */
export const auditNarrow = { flags: narrowFlags, read: narrowOf } as const;

function narrowOf(flags: NarrowFlags) {
  const [key, project, kind] = [flags.text('key'), flags.text('project'), flags.text('kind')];
  if ([key, project, kind].filter((one) => one !== undefined).length > 1)
    throw new UsageError('Say one of --key, --project and --kind.');
  const [actor, since] = [flags.text('actor'), flags.text('since')];
  return {
    kind:
      key !== undefined
        ? ('key' as const)
        : project !== undefined
          ? ('project' as const)
          : kind === undefined
            ? undefined
            : parseChoice('--kind', kind, subjectKind.options),
    subject: key ?? project,
    actor: actor === undefined ? undefined : parseChoice('--actor', actor, actorKind.options),
    sinceMs: since === undefined ? undefined : parseDuration('--since', since),
  };
}

/** The same under both of its names. */
function listCommand(name: string): Command {
  return defineCommand({
    name,
    words: [],
    about: 'Who did what and when.',
    flags: {
      ...narrowFlags,
      limit: { value: 'N', about: `So many at most; ${shownAtOnce} unless told.` },
      before: { value: 'N', about: 'Only what comes before this number, for the page after.' },
    },
    prepare({ flags }) {
      const [limit, before] = [flags.text('limit'), flags.text('before')];
      const query = {
        ...narrowOf(flags),
        limit: limit === undefined ? shownAtOnce : parseWhole('--limit', limit, 1, 500),
        cursor: before === undefined ? undefined : parseWhole('--before', before, 1, Number.MAX_SAFE_INTEGER),
      };
      return async ({ client, out }) => {
        const page = await client.history.list(query);
        out.answer(page, () => historyText(page.entries, out));
        if (page.next !== null && !out.json) out.note(`There is more: --before ${page.next}`);
      };
    },
  });
}

export const historyCommand = listCommand('history');
export const auditListCommand = listCommand('audit list');

function historyText(entries: readonly HistoryEntry[], { paint, when }: Output): string {
  if (entries.length === 0) return 'Nothing was changed.';
  return textTable<HistoryEntry>(
    [
      { title: 'N', cell: ({ seq }) => String(seq), align: 'right' },
      { title: 'WHEN', cell: ({ at }) => when(at, '–') },
      {
        title: 'BY',
        cell: (entry) => (entry.detail === null || saysWhat(entry) ? entry.actor : `${entry.actor}, ${entry.detail}`),
      },
      { title: 'WHAT', cell: ({ action }) => action.replaceAll('_', ' ') },
      { title: 'OF', cell: ({ subject }) => `${subject.kind.replaceAll('_', '-')} ${subject.name}` },
      { title: 'CHANGES', cell: changesOf },
    ],
    entries,
    (text) => paint('dim', text),
  );
}

/** What became exposed, or is no more: its detail is the finding, and names nobody. */
function saysWhat({ action, subject }: HistoryEntry): boolean {
  return subject.id === 'exposure' && (action === 'exposed' || action === 'closed');
}

// What a new thing is like stands with the thing itself; here it would only fill the line.
function changesOf(entry: HistoryEntry): string {
  const { action, detail, changes } = entry;
  if (saysWhat(entry)) return detail ?? '';
  return action === 'created' || action === 'deleted' || action === 'imported' ? '' : changesText(changes);
}
