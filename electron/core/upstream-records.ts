// What becomes of an upstream's record: how it is named, edited, and which credential belongs to it. Pure; keeps nothing.

import type { UpstreamRecord } from '../../shared/model.ts';
import { type UpstreamKind, upstreamKindRow } from '../../shared/upstream-kinds.ts';

export type UpstreamEdit = {
  readonly ref: string;
  readonly name?: string | undefined;
  /** Requests at once; null: as many as come; `auto`: as the server says, or its kind. */
  readonly parallel?: number | 'auto' | null | undefined;
};

/** The record with what an edit names put in its place. */
export function editedUpstream(record: UpstreamRecord, { name, parallel }: UpstreamEdit): UpstreamRecord {
  const { parallel: before, ...rest } = { ...record, name: name ?? record.name };
  const kept = parallel === undefined ? before : parallel === 'auto' ? undefined : parallel;
  return kept === undefined ? rest : { ...rest, parallel: kept };
}

/**
 * The credential as it lies in the vault. It goes to the address it was given for and to no other, whatever the settings
 * file says by now.
 * @throws Error where it was given for another one
 */
export function credentialFor(url: string, kept: string | null): string | undefined {
  if (kept === null) return undefined;
  const { url: given, credential } = JSON.parse(kept) as { readonly url: unknown; readonly credential: unknown };
  if (given !== url || typeof credential !== 'string') throw new Error('it was given for another address; add it anew');
  return credential;
}

/** What an upstream is called whose owner gave it no name. */
export function freeName(kind: UpstreamKind, url: URL, taken: readonly UpstreamRecord[]): string {
  const name = kind === 'unknown' ? url.host : upstreamKindRow(kind).name;
  return taken.some((one) => one.name === name) ? `${name} (${url.host})` : name;
}
