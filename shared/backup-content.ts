// What lies inside a sealed backup: everything that clients need to go on with another machine. As a schema, because a file
// may come from anywhere, even one that opened. Never shown to anybody as it is: it holds what keys are checked with.

import * as z from 'zod';
import { keyFacts } from './model.ts';
import { timeMs } from './names.ts';
import { personFacts } from './people-model.ts';
import { projectFacts } from './project-model.ts';

export const backupVersion = 10;

const id = z.string().regex(/^[0-9A-Za-z]{8}$/);

export const backupContent = z.object({
  version: z.literal(backupVersion),
  madeAt: timeMs,
  /** The key under which verifiers are made, and the verifiers; `until` is the end of a grace. */
  root: z.string().regex(/^[\w-]{43}$/),
  verifiers: z.array(z.object({ keyId: id, digest: z.string().regex(/^[\w-]{43}$/), until: timeMs.nullable() })),
  keys: z.array(
    keyFacts.omit({ status: true, usable: true, today: true, budgets: true, project: true, person: true }).extend({
      id,
      projectId: id.nullable(),
      personId: id.nullable().default(null),
      paused: z.boolean(),
      // Where a backup does not say whose doing it was, it was somebody else's.
      pausedByOther: z.boolean().default(true),
      setByOther: z.boolean().default(true),
    }),
  ),
  projects: z.array(projectFacts.omit({ keys: true, budgetStates: true }).extend({ id })),
  /** Who there was and what they may have; what they prove themselves with stays where it is. */
  people: z.array(personFacts.omit({ keys: true }).extend({ id, totpStep: z.number().int() })).default(() => []),
  /** Those that are not as they come. */
  settings: z.record(z.string(), z.json()),
  /** What the vault keeps for upstreams, by their id. */
  upstreamSecrets: z.record(z.string().regex(/^[\w-]{1,80}$/), z.string().max(5000)),
});
export type BackupContent = Readonly<z.infer<typeof backupContent>>;
