// The limits of a key as flags: --rph, --tpm, --priority and --budget, read into what the contract takes.

import type { KeyPolicyPatch } from '../../../shared/key-policy.ts';
import { type Budget, budgetPeriods, priorities } from '../../../shared/limit-model.ts';
import { UsageError } from '../cli-errors.ts';
import { parseChoice, parseWhole } from '../flag-values.ts';
import type { Flags } from '../flags.ts';

export const limitFlags = {
  rph: { value: 'N', about: 'Requests in any 60 minutes; 0 blocks, none lifts the limit.' },
  tpm: { value: 'N', about: 'Tokens in any 60 seconds, asked and answered; 0 blocks, none lifts the limit.' },
  priority: { value: 'P', about: 'Place in line for a busy model server: high, normal or low.' },
  budget: {
    value: 'B',
    many: true,
    about:
      'What it may use: day:100000tokens, month:5EUR, also week and total; then :soft=80 (warn at 80 %) or :strict (refuse models without a price). Several are given one by one and replace those before; none takes them away.',
  },
} as const;

const mostPerSpan = 1_000_000_000;
const microsPerUnit = 1_000_000;

/** Undefined where none of them was given. @throws UsageError */
export function parseLimitFlags(flags: Flags<keyof typeof limitFlags>): KeyPolicyPatch | undefined {
  const perSpan = (name: 'rph' | 'tpm') => {
    const text = flags.text(name);
    if (text === undefined) return {};
    return { [name]: text === 'none' ? null : parseWhole(`--${name}`, text, 0, mostPerSpan) };
  };
  const priority = flags.text('priority');
  const budgets = flags.all('budget');
  const patch: KeyPolicyPatch = {
    ...perSpan('rph'),
    ...perSpan('tpm'),
    ...(priority === undefined ? {} : { priority: parseChoice('--priority', priority, priorities) }),
    ...(budgets.length === 0 ? {} : { budgets: parseBudgets(budgets) }),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Several of them, or `none`. @throws UsageError */
export function parseBudgets(texts: readonly string[]): Budget[] {
  return texts.length === 1 && texts[0] === 'none' ? [] : texts.map(parseBudget);
}

/** `day:100000tokens:soft=80`, `month:5EUR:strict`. @throws UsageError */
export function parseBudget(text: string): Budget {
  const [period = '', amount = '', ...options] = text.split(':');
  const soft = options.find((option) => option.startsWith('soft='))?.slice('soft='.length);
  const odd = options.find((option) => option !== 'strict' && !option.startsWith('soft='));
  if (odd !== undefined) throw new UsageError(`--budget knows no "${odd}": write :soft=80 or :strict.`);
  return {
    period: parseChoice('--budget', period, budgetPeriods),
    ...parseAmount(amount, text),
    soft: soft === undefined ? 0.8 : parseWhole('--budget soft', soft.replace(/%$/, ''), 0, 100) / 100,
    strict: options.includes('strict'),
  };
}

function parseAmount(amount: string, text: string): Pick<Budget, 'tokens' | 'cost'> {
  const tokens = /^(\d{1,15})\s*tokens?$/.exec(amount)?.[1];
  if (tokens !== undefined) return { tokens: Number(tokens), cost: null };
  const [, sum, currency] = /^(\d{1,9}(?:\.\d{1,6})?)\s*([A-Z]{3})$/.exec(amount) ?? [];
  if (sum === undefined || currency === undefined) {
    throw new UsageError(`--budget takes what may be used, such as day:100000tokens or month:5EUR, not "${text}".`);
  }
  return { tokens: null, cost: { currency, micros: Math.round(Number(sum) * microsPerUnit) } };
}
