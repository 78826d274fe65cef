// What a key's state means, as a colour and a word, and how its limits are said.

import type { KeyFacts } from '../../../shared/model.ts';
import type { ProjectFacts } from '../../../shared/project-model.ts';
import { keysTexts as texts } from '../../texts/keys-texts.ts';
import { formatCount } from '../../ui/format.ts';
import type { Tone } from '../../ui/tone.ts';

/** @param project the one it is in, which may be archived and refuse all its keys */
export function stateOfKey(
  { status, usable }: KeyFacts,
  project: Pick<ProjectFacts, 'archivedAt'> | undefined,
): { readonly tone: Tone; readonly word: string } {
  if (status !== 'revoked' && project && project.archivedAt !== null)
    return { tone: 'off', word: texts.projectArchived };
  if (status === 'active' && !usable) return { tone: 'bad', word: texts.status.unusable };
  const tones: Readonly<Record<KeyFacts['status'], Tone>> = {
    active: 'good',
    paused: 'limited',
    revoked: 'off',
    expired: 'off',
    exhausted: 'limited',
  };
  return { tone: tones[status], word: texts.status[status] };
}

export function limitText({ limits }: KeyFacts): string {
  const parts = [
    limits.rpm === null ? '' : texts.rpm(formatCount(limits.rpm)),
    limits.parallel === null ? '' : texts.parallel(formatCount(limits.parallel)),
  ].filter(Boolean);
  return parts.length === 0 ? texts.noLimit : parts.join(' · ');
}

export function hasEnded({ status }: KeyFacts): boolean {
  return status === 'revoked' || status === 'expired';
}
