// Whether the record of who did what is whole: each entry is chained to the one before by a key that lies in the vault, and
// how far it went is kept there too. As a schema.

import * as z from 'zod';
import { historyQuery } from './history-model.ts';
import { exportFormat } from './usage-questions.ts';

const count = z.number().int().nonnegative();

/** How an entry came into the chain: as it was made, once the vault was open again, or from before there was one. */
export const auditLinkHow = z.enum(['at_once', 'late', 'imported']);
export type AuditLinkHow = z.infer<typeof auditLinkHow>;

/**
 * What is wrong. `changed`: an entry or its link is another; `missing`: one is not there; `cut`: the newest are not there;
 * `earlier`: something before the present chain; `head_lost`: the vault no longer knows how far it went.
 */
export const auditBreak = z.enum(['changed', 'missing', 'cut', 'earlier', 'head_lost']);
export type AuditBreak = z.infer<typeof auditBreak>;

export const auditReport = z.object({
  /** `unknown` while the vault, and with it the key of the chain, is locked. */
  state: z.enum(['intact', 'broken', 'unknown']),
  /** What that means, as a sentence or two. */
  says: z.string(),
  entries: count,
  /** Entries of the present chain, and how many of them came into it late or were imported. */
  chained: count,
  late: count,
  imported: count,
  /** Not chained yet: made while the vault was locked. */
  waiting: count,
  /** Held by the beginning of the present chain, as those of chains before it. */
  earlier: count,
  /** The newest chained entry. */
  head: z.object({ chain: count, seq: count }).nullable(),
  /** The first entry that is not as it was, where that is known. */
  broken: z.object({ kind: auditBreak, seq: count.nullable() }).nullable(),
});
export type AuditReport = z.infer<typeof auditReport>;

/** How far the chain went, as the vault keeps it. */
export const auditHead = z.object({
  version: z.literal(1),
  chain: z.number().int().positive(),
  /** The first entry of the chain, made or yet to be made. */
  first: z.number().int().positive(),
  /** The newest entry; before the first one, whatever was newest then. */
  seq: z.number().int().nonnegative(),
  mac: z.string(),
  /** Which key it was chained with. */
  key: z.string(),
  /** Set when the chain was found to end before it; stays until the owner begins anew. */
  broken: z.object({ kind: auditBreak, seq: z.number().int().nullable() }).nullable(),
});
export type AuditHead = Readonly<z.infer<typeof auditHead>>;

export const auditExport = historyQuery.omit({ cursor: true, limit: true }).extend({ format: exportFormat });
export type AuditExport = Readonly<z.infer<typeof auditExport>>;
