// What comes in from other programs and what goes out: keys by their values, facts without secrets, backups. As schemas.
// Values of keys and passphrases stand in inputs alone; no answer repeats one.

import * as z from 'zod';
import { keyFacts } from './model.ts';
import { itemName, timeMs } from './names.ts';
import { projectFacts } from './project-model.ts';

/** `lmarenabridge`: its config.json; `litellm`: what its key calls answer; `list`: a value a line, or `name,value`. */
export const importFormat = z.enum(['auto', 'lmarenabridge', 'litellm', 'list']);
export type ImportFormat = z.infer<typeof importFormat>;

export const keyImport = z.object({
  text: z.string().min(1).max(1_000_000),
  format: importFormat.default('auto'),
  /** Id or name of a project for the new keys. */
  project: itemName.optional(),
  /** Says what would be done, and does nothing. */
  dryRun: z.boolean().default(false),
});
export type KeyImport = z.infer<typeof keyImport>;

/** What became of one line or entry; says nothing of its value. */
export const importLine = z.object({
  /** From 1: the line of a list, the place in an array. */
  line: z.number().int().positive(),
  name: z.string().nullable(),
  imported: z.boolean(),
  id: z.string().nullable(),
  weak: z.boolean(),
  /** Why it was not imported, or what was left out of it. */
  says: z.string().nullable(),
});
export type ImportLine = z.infer<typeof importLine>;

export const importReport = z.object({
  format: importFormat,
  dryRun: z.boolean(),
  imported: z.number().int().nonnegative(),
  lines: z.array(importLine),
});
export type ImportReport = z.infer<typeof importReport>;

export const keyExport = z.object({
  keyhatch: z.literal('keys'),
  version: z.literal(10),
  madeAt: timeMs,
  keys: z.array(keyFacts),
  projects: z.array(projectFacts),
});
export type KeyExport = z.infer<typeof keyExport>;

export const passphrase = z.string().min(12, 'a passphrase needs at least 12 characters').max(1000);
/** A sealed backup as text. */
const sealedText = z.string().min(1).max(3_500_000);

export const backupMade = z.object({
  text: sealedText,
  keys: z.number().int().nonnegative(),
  projects: z.number().int().nonnegative(),
});
export type BackupMade = z.infer<typeof backupMade>;

export const backupRestore = z.object({
  text: sealedText,
  passphrase: z.string().min(1).max(1000),
  /** Puts the backup in the place of the keys, projects and settings that are here; else it fails where there are any. */
  replace: z.boolean().default(false),
});
export type BackupRestore = z.infer<typeof backupRestore>;

export const backupRestored = z.object({
  madeAt: timeMs,
  keys: z.number().int().nonnegative(),
  projects: z.number().int().nonnegative(),
  settings: z.number().int().nonnegative(),
  /** Keys that were here and are not in the backup. */
  ended: z.number().int().nonnegative(),
  /** People who were not here and came back paused. */
  paused: z.number().int().nonnegative(),
  /** Settings that open more than was confirmed here, which stayed behind. */
  notTaken: z.array(z.string()),
  /** Settings that count from the next start. */
  atNextStart: z.array(z.string()),
});
export type BackupRestored = z.infer<typeof backupRestored>;
