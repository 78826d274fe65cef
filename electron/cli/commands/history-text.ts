// What changed, in one line for people: of a nested member only the part that differs, times as times, budgets as they
// are written elsewhere. Decides nothing, and knows no members by name but those whose values need a word of their own.

import type { HistoryChange } from '../../../shared/history-model.ts';
import { budget } from '../../../shared/limit-model.ts';
import { budgetRuleText } from './limit-text.ts';

type Value = HistoryChange['before'];
type Members = { readonly [member: string]: Value };

const longestText = 120;

/** `rpm 60 → 2, tpm – → 1000`; cut short where it is long. */
export function changesText(changes: readonly HistoryChange[]): string {
  const text = changes.flatMap(({ member, before, after }) => differences(member, before, after)).join(', ');
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

function differences(member: string, before: Value, after: Value): string[] {
  if (isMembers(before) && isMembers(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(name, before[name] ?? null, after[name] ?? null));
  }
  const [was, is] = [valueText(member, before), valueText(member, after)];
  return was === is ? [] : [`${member} ${was} → ${is}`];
}

function valueText(member: string, value: Value): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && /(?:At|Until)$/.test(member))
    return `${new Date(value).toISOString().slice(0, 16)}Z`;
  if (!Array.isArray(value)) return JSON.stringify(value);
  if (value.length === 0) return '–';
  return value.map(itemText).join(' ');
}

function itemText(item: Value): string {
  const read = budget.safeParse(item);
  if (read.success) return budgetRuleText(read.data);
  return typeof item === 'string' ? item : JSON.stringify(item);
}

function isMembers(value: Value): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
