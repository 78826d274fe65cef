// Of which requests sums are wanted: as a condition on the groups of sums, and as one on single rows. Pure.

import type { UsageFilter } from '../../shared/usage-model.ts';
import { holderPrefix } from '../lib/token-holder.ts';
import { type CountedRow, groupsOfRows } from './usage-sums.ts';

const filterColumns = {
  keyId: 'g.key_id',
  project: 'g.project',
  model: 'g.model',
  client: 'g.client',
  upstreamId: 'g.upstream_id',
} as const satisfies Record<Exclude<keyof UsageFilter, 'personId'>, string>;

/** Keys that were ever a person's, also deleted ones; and the holder, where a request came with a token of theirs. */
export const keysOfPerson = `(SELECT id FROM keys WHERE person_id = :personId UNION ALL SELECT '${holderPrefix}' || :personId)`;

/** Whether what stands in a column for a key is a person's, or, for null, nobody's. */
export function isOfPerson(column: string, personId: string | null): string {
  if (personId !== null) return `${column} IN ${keysOfPerson}`;
  return `(${column} IS NULL OR (substr(${column}, 1, ${holderPrefix.length}) <> '${holderPrefix}'
    AND ${column} NOT IN (SELECT id FROM keys WHERE person_id IS NOT NULL)))`;
}

/** Conditions on the groups, and the values they name. */
export function narrowed(filter: UsageFilter): {
  readonly where: string;
  readonly values: Record<string, string | null>;
} {
  const fields = filteredFields(filter);
  const { personId } = filter;
  const parts = [
    ...fields.map((field) => `${filterColumns[field]} IS :${field}`),
    ...(personId === undefined ? [] : [isOfPerson('g.key_id', personId)]),
  ];
  return {
    where: parts.join(' AND ') || 'TRUE',
    values: {
      ...Object.fromEntries(fields.map((field) => [field, filter[field] ?? null])),
      // SQLite refuses values that nothing names.
      ...(typeof personId === 'string' ? { personId } : {}),
    },
  };
}

const filteredFields = (filter: UsageFilter) =>
  (Object.keys(filterColumns) as (keyof typeof filterColumns)[]).filter((field) => filter[field] !== undefined);

/** Whether all requests are meant, also those that belong to nobody. */
export const isOfAll = (filter: UsageFilter): boolean =>
  filteredFields(filter).length === 0 && filter.personId === undefined;

/** A function that says whether a row belongs to what is asked about, but for whose it is. */
export function rowFilter(filter: UsageFilter): (row: CountedRow) => boolean {
  const fields = filteredFields(filter);
  if (fields.length === 0) return () => true;
  const groupOf = groupsOfRows();
  return (row) => {
    const group = groupOf(row);
    return fields.every((field) => group[field] === filter[field]);
  };
}
