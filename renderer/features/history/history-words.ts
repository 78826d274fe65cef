// A change as lines that people read: only the leaves that are other than they were, by the names the pages give them. Pure.

import type { HistoryChange, HistoryEntry } from '../../../shared/history-model.ts';
import { historyTexts as texts } from '../../texts/history-texts.ts';
import { formatMoment } from '../../ui/format.ts';

const whole: readonly string[] = ['created', 'imported', 'deleted', 'joined', 'removed'];

/** What was made or deleted is said by its name alone; everything about it stands on its page. */
export function changeLines({ action, changes }: Pick<HistoryEntry, 'action' | 'changes'>): readonly string[] {
  return whole.includes(action) ? [] : changes.flatMap(linesOf);
}

function linesOf({ member, before, after }: HistoryChange): readonly string[] {
  const [was, is] = [leavesOf(member, before), leavesOf(member, after)];
  const paths = [...new Set([...was.keys(), ...is.keys()])];
  return paths.flatMap((path) => {
    const [old, now] = [was.get(path) ?? texts.nothing, is.get(path) ?? texts.nothing];
    return old === now ? [] : texts.changed(nameOf(path), old, now);
  });
}

/** By their paths: `policy.caps.maxTokens`. A list is one leaf. */
function leavesOf(path: string, value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value === undefined ? new Map() : new Map([[path, textOf(path, value)]]);
  }
  return new Map(Object.entries(value).flatMap(([name, inner]) => [...leavesOf(`${path}.${name}`, inner)]));
}

function textOf(path: string, value: unknown): string {
  if (value === null || value === '') return texts.nothing;
  if (typeof value === 'boolean') return value ? texts.yes : texts.no;
  if (typeof value === 'number') return /(At|Until|Since)$/.test(path) ? formatMoment(value) : String(value);
  if (!Array.isArray(value)) return String(value);
  const parts = value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)));
  return parts.length === 0 ? texts.nothing : parts.join(', ');
}

function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return texts.members[name] ?? name;
}
