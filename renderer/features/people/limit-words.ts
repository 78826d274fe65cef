// What a person may have, as one sentence. Pure.

import type { MemberLimits } from '../../../shared/people-model.ts';
import { peopleTexts } from '../../texts/people-texts.ts';
import { formatCount } from '../../ui/format.ts';

const { limitWords: words } = peopleTexts;

export function limitWords(limits: MemberLimits): string {
  const { keys, models, rpm, rph, tpm, parallel, budgets, expiresDays } = limits;
  const counted = (value: number | null, say: (count: string) => string) =>
    value === null ? [] : [say(formatCount(value))];
  const parts = [
    words.keys(keys),
    models === null ? words.allModels : words.models(models.join(', ')),
    ...counted(rpm, words.rpm),
    ...counted(rph, words.rph),
    ...counted(tpm, words.tpm),
    ...counted(parallel, words.parallel),
    ...(expiresDays === null ? [] : [words.expires(expiresDays)]),
    ...(budgets.length === 0 ? [] : [words.budgets(budgets.length)]),
  ];
  const sentence = `${parts.join('; ')}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
