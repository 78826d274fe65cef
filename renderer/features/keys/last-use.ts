// From where and by what a key was last used, in words.

import type { KeyFacts } from '../../../shared/model.ts';
import { commonTexts } from '../../texts/common-texts.ts';

export function placeOf({ lastUsedFrom }: Pick<KeyFacts, 'lastUsedFrom'>): string {
  if (lastUsedFrom === null) return '';
  return /^(127\.|::1$|::ffff:127\.)/.test(lastUsedFrom) ? commonTexts.thisComputer : lastUsedFrom;
}
