// One line for each folded group of the form: what is set in it. Pure.

import type { BodyCap } from '../../../shared/body-caps.ts';
import { presetOf } from '../../../shared/key-policy.ts';
import { keyFormTexts as texts } from '../../texts/key-form-texts.ts';
import { formatCompact, formatCount, formatMoney } from '../../ui/format.ts';
import type { Amount, BudgetDraft, PolicyDraft } from './policy-draft.ts';

export type PolicyGroup = keyof typeof texts.groups;

export function groupSummary(group: PolicyGroup, draft: PolicyDraft): string {
  switch (group) {
    case 'rights':
      return rightsSummary(draft);
    case 'models':
      return modelsSummary(draft);
    case 'networks':
      return draft.place === 'own' ? ownNetworks(draft.networks) : texts.places[draft.place];
    case 'rates':
      return joined(ratesOf(draft), texts.summary.noLimit);
    case 'budgets':
      return budgetsSummary(draft.budgets);
    case 'caps':
      return joined(capsOf(draft), texts.summary.noCaps);
  }
}

/** Beside the fold that holds them all. */
export function wholeSummary(draft: PolicyDraft): string {
  return [rightsSummary(draft), modelsSummary(draft), joined(ratesOf(draft), texts.summary.noLimit)].join(' · ');
}

export function budgetsSummary(budgets: readonly BudgetDraft[]): string {
  return joined(budgets.filter(({ amount }) => amount !== '').map(budgetSummary), texts.summary.none);
}

function rightsSummary({ operations }: PolicyDraft): string {
  const preset = presetOf(operations);
  return preset ? texts.presets[preset] : texts.summary.rights(operations.length);
}

function modelsSummary({ models, denied }: PolicyDraft): string {
  const [only] = models;
  const allowed =
    only === undefined ? texts.summary.allModels : models.length === 1 ? only : texts.summary.models(models.length);
  return denied.length === 0 ? allowed : `${allowed} · ${texts.summary.denied(denied.length)}`;
}

function ownNetworks(networks: readonly string[]): string {
  const [only] = networks;
  if (only === undefined) return texts.summary.none;
  return networks.length === 1 ? only : texts.summary.networks(networks.length);
}

function ratesOf({ rpm, rph, tpm, parallel, priority }: PolicyDraft): string[] {
  const { summary } = texts;
  return [
    ...said(rpm, (count) => summary.rpm(formatCount(count))),
    ...said(rph, (count) => summary.rph(formatCount(count))),
    ...said(tpm, (count) => summary.tpm(formatCompact(count))),
    ...said(parallel, (count) => summary.parallel(formatCount(count))),
    ...(priority === 'normal' ? [] : [summary.priority[priority]]),
  ];
}

function budgetSummary({ unit, amount, currency, period }: BudgetDraft): string {
  const whole = Number(amount);
  const isCurrency = /^[A-Z]{3}$/.test(currency);
  const money = () => (isCurrency ? formatMoney({ currency, micros: whole * 1_000_000 }) : formatCount(whole));
  const size = unit === 'tokens' ? texts.summary.tokens(formatCompact(whole)) : money();
  return texts.summary.budget(size, texts.everyPeriod[period]);
}

function capsOf({ caps }: PolicyDraft): string[] {
  const names = Object.keys(caps) as BodyCap[];
  return names.flatMap((cap) => said(caps[cap], (count) => texts.summary.caps[cap](formatCount(count))));
}

function said(amount: Amount, text: (amount: number) => string): string[] {
  return amount === '' ? [] : [text(amount)];
}

function joined(parts: readonly string[], otherwise: string): string {
  return parts.length === 0 ? otherwise : parts.join(' · ');
}
