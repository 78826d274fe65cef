// More of a budget for a while. Takes the place of the top-up before.

import { Button, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BudgetState, TopUp } from '../../../shared/limit-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { limitTexts } from '../../texts/limit-texts.ts';
import { formatMoment } from '../../ui/format.ts';
import type { Amount } from '../keys/policy-draft.ts';
import { AmountInput } from '../keys/policy-fields.tsx';
import { amountText } from './budget-words.ts';

const { dialog: texts } = limitTexts;
const dayMs = 86_400_000;
const lengths = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;
type End = 'period' | keyof typeof lengths;

type TopUpDialogProps = {
  /** Of the key or the project whose budgets they are. */
  readonly name: string;
  readonly budgets: readonly BudgetState[];
  readonly topUp: (add: TopUp) => Promise<unknown>;
  readonly onClose: () => void;
};

export function TopUpDialog({ name, budgets, topUp, onClose }: TopUpDialogProps) {
  const calls = useCalls();
  const queries = useQueryClient();
  const [at, setAt] = useState('0');
  const [amount, setAmount] = useState<Amount>('');
  const [end, setEnd] = useState<End>();
  const { mutate, isPending } = useMutation({
    mutationFn: topUp,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: calls.limits.key() });
      onClose();
    },
  });
  const budget = budgets[Number(at)];
  if (!budget) return null;
  const chosen = end ?? (budget.endsAt === null ? 'week' : 'period');
  const ends = Object.entries(texts.ends)
    .filter(([value]) => value !== 'period' || budget.endsAt !== null)
    .map(([value, label]) => ({
      value,
      label: value === 'period' && budget.endsAt !== null ? `${label}: ${formatMoment(budget.endsAt)}` : label,
    }));
  return (
    <Modal opened onClose={onClose} title={texts.title(name)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (amount === '') return;
          mutate({ ...amountsOf(budget, amount), endsAt: endOf(chosen, budget) });
        }}
      >
        <Stack>
          <Text size="sm">{texts.about}</Text>
          {budgets.length > 1 && (
            <Select
              label={texts.budget}
              data={budgets.map((one, index) => ({
                value: String(index),
                label: `${limitTexts.budget[one.period]}: ${amountText(one, one.limit)}`,
              }))}
              value={at}
              onChange={(index) => setAt(index ?? '0')}
              allowDeselect={false}
            />
          )}
          <AmountInput
            label={texts.amount(budget.currency ?? texts.inTokens)}
            min={0}
            max={1_000_000_000_000}
            decimal={budget.currency !== null}
            placeholder=""
            value={amount}
            onChange={setAmount}
          />
          <Select
            label={texts.until}
            data={ends}
            value={chosen}
            onChange={(value) => setEnd(value as End)}
            allowDeselect={false}
          />
          <Button type="submit" disabled={amount === ''} loading={isPending}>
            {texts.act}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

function amountsOf({ period, currency }: BudgetState, amount: number) {
  return {
    period,
    tokens: currency === null ? amount : null,
    cost: currency === null ? null : { currency, micros: Math.round(amount * 1_000_000) },
  };
}

function endOf(end: End, { endsAt }: BudgetState): number {
  return end === 'period' && endsAt !== null ? endsAt : Date.now() + lengths[end === 'period' ? 'week' : end];
}
