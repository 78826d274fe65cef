// Who changed what and when: one entry a change, of keys, projects, people, settings, model servers, certificates,
// addresses that were put off, the profile itself, and who signed in or failed to. As a schema. Entries are only ever
// added, and hold no secret.

import * as z from 'zod';
import { timeMs } from './names.ts';

/** By which way a change came. `flag`: a flag of the command that started Keyhatch; `automatic`: nobody, it was due. */
export const actorKind = z.enum(['window', 'dashboard', 'cli', 'api', 'automatic', 'flag']);
export type ActorKind = z.infer<typeof actorKind>;

export type Actor = {
  readonly kind: ActorKind;
  /** Which session or admin key it was, where there are several; never a secret. */
  readonly detail: string | null;
};

/** `way`: how clients come in that cannot send a key (an address rule, a second port, a path token). */
export const subjectKind = z.enum([
  'key',
  'project',
  'person',
  'session',
  'sign_in',
  'token',
  'setting',
  'certificate',
  'way',
  'upstream',
  'address',
  'profile',
]);
export type SubjectKind = z.infer<typeof subjectKind>;

/** One member that has another value than before; null stands for none. */
export const historyChange = z.object({ member: z.string(), before: z.json(), after: z.json() });
export type HistoryChange = z.infer<typeof historyChange>;

export const historyEntry = z.object({
  /** Ascending, without a gap. */
  seq: z.number().int().positive(),
  at: timeMs,
  actor: actorKind,
  detail: z.string().nullable(),
  /** What was done, as a word of the program: `created`, `edited`, `rotated`, … */
  action: z.string(),
  /** As it was called then. */
  subject: z.object({ kind: subjectKind, id: z.string(), name: z.string() }),
  changes: z.array(historyChange),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

/** Newest first; members that are left out do not narrow. */
export const historyQuery = z.object({
  kind: subjectKind.optional(),
  /** Id or name of the subject, also of a deleted one. */
  subject: z.string().min(1).max(200).optional(),
  actor: actorKind.optional(),
  sinceMs: z.number().int().positive().optional(),
  /** From the page before. */
  cursor: z.number().int().positive().optional(),
  limit: z.number().int().min(1).max(500).default(100),
});
export type HistoryQuery = z.infer<typeof historyQuery>;

export const historyPage = z.object({ entries: z.array(historyEntry), next: z.number().int().nullable() });
export type HistoryPage = z.infer<typeof historyPage>;
