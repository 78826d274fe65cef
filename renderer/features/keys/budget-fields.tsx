// The budgets of a key or a project as rows: every so often, tokens or money, from when on to warn. Added and removed here.

import { ActionIcon, Button, Checkbox, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { BudgetPeriod } from '../../../shared/limit-model.ts';
import { keyFormTexts as texts } from '../../texts/key-form-texts.ts';
import { type BudgetDraft, newBudgetDraft } from './policy-draft.ts';
import { AmountInput } from './policy-fields.tsx';
import type { PolicyFieldsProps } from './policy-groups.tsx';

const mostBudgets = 8;

type BudgetFieldsProps = Pick<PolicyFieldsProps, 'wrong'> & {
  readonly draft: { readonly budgets: readonly BudgetDraft[] };
  readonly change: (patch: { readonly budgets: readonly BudgetDraft[] }) => void;
};

export function BudgetFields({ draft: { budgets }, change, wrong }: BudgetFieldsProps) {
  const patch = (id: string, part: Partial<BudgetDraft>) =>
    change({ budgets: budgets.map((budget) => (budget.id === id ? { ...budget, ...part } : budget)) });
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        {texts.budgetsHint}
      </Text>
      {budgets.length > 0 && (
        <ul className="kh-budgets">
          {budgets.map((budget, at) => (
            <li key={budget.id}>
              <BudgetRow
                budget={budget}
                name={texts.budgetNumber(at + 1)}
                wrong={wrong[budget.id]}
                change={(part) => patch(budget.id, part)}
                remove={() => change({ budgets: budgets.filter(({ id }) => id !== budget.id) })}
              />
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          disabled={budgets.length >= mostBudgets}
          onClick={() => change({ budgets: [...budgets, newBudgetDraft(`new-${Date.now()}`)] })}
        >
          {texts.addBudget}
        </Button>
      </div>
    </Stack>
  );
}

type BudgetRowProps = {
  readonly budget: BudgetDraft;
  readonly name: string;
  readonly wrong: string | undefined;
  readonly change: (part: Partial<BudgetDraft>) => void;
  readonly remove: () => void;
};

function BudgetRow({ budget, name, wrong, change, remove }: BudgetRowProps) {
  const ofMoney = budget.unit === 'cost';
  return (
    <fieldset aria-label={name} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <div className="kh-budget">
        <Select
          size="xs"
          label={texts.period}
          data={Object.entries(texts.periods).map(([value, label]) => ({ value, label }))}
          value={budget.period}
          onChange={(period) => change({ period: period as BudgetPeriod })}
          allowDeselect={false}
        />
        <Select
          size="xs"
          label={texts.unit}
          data={Object.entries(texts.units).map(([value, label]) => ({ value, label }))}
          value={budget.unit}
          onChange={(unit) => change({ unit: unit as BudgetDraft['unit'] })}
          allowDeselect={false}
        />
        <AmountInput
          size="xs"
          label={texts.amount}
          min={0}
          max={1_000_000_000_000}
          placeholder=""
          decimal={ofMoney}
          value={budget.amount}
          onChange={(amount) => change({ amount })}
        />
        {ofMoney ? (
          <TextInput
            size="xs"
            label={texts.currency}
            maxLength={3}
            value={budget.currency}
            onChange={({ currentTarget }) => change({ currency: currentTarget.value.toUpperCase() })}
          />
        ) : (
          <Warn budget={budget} change={change} />
        )}
        <ActionIcon variant="subtle" color="gray" mb={3} aria-label={texts.removeBudget(name)} onClick={remove}>
          <IconTrash size={15} />
        </ActionIcon>
      </div>
      {ofMoney && (
        <div className="kh-pair" style={{ marginTop: 8, alignItems: 'end' }}>
          <Warn budget={budget} change={change} />
          <Checkbox
            size="xs"
            label={texts.strict}
            description={texts.strictHint}
            checked={budget.strict}
            onChange={({ currentTarget }) => change({ strict: currentTarget.checked })}
          />
        </div>
      )}
      {wrong !== undefined && (
        <Text size="xs" c="var(--kh-bad)" mt={6} role="alert">
          {wrong}
        </Text>
      )}
    </fieldset>
  );
}

function Warn({ budget, change }: Pick<BudgetRowProps, 'budget' | 'change'>) {
  return (
    <AmountInput
      size="xs"
      label={texts.soft}
      min={0}
      max={100}
      suffix=" %"
      placeholder=""
      value={budget.softPercent}
      onChange={(softPercent) => change({ softPercent })}
    />
  );
}
