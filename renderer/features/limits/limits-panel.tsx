// Every limit of a key and what is left of it now: rolling windows, places and budgets, asked for again while one looks.

import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BudgetState, LimitStates, WindowState } from '../../../shared/limit-model.ts';
import type { KeyFacts } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { limitTexts as texts } from '../../texts/limit-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { formatCount, formatLength, formatPercent, formatRelative } from '../../ui/format.ts';
import { useNow } from '../../ui/moment.tsx';
import { Panel } from '../../ui/page.tsx';
import { amountText, budgetTones, plainAmount, shareOf, spentAt } from './budget-words.ts';
import { Meter } from './meter.tsx';
import { TopUpDialog } from './top-up-dialog.tsx';

const askAgainMs = 3_000;

export function LimitsPanel({ facts }: { readonly facts: KeyFacts }) {
  const query = useQuery(useCalls().limits.get.queryOptions({ input: { ref: facts.id }, refetchInterval: askAgainMs }));
  const [toppingUp, setToppingUp] = useState(false);
  const ended = facts.status === 'revoked';
  return (
    <Panel
      title={texts.title}
      aside={
        facts.budgets.length > 0 &&
        !ended && (
          <Button variant="default" size="xs" onClick={() => setToppingUp(true)}>
            {texts.topUpAct}
          </Button>
        )
      }
    >
      <Answer query={query} lines={4}>
        {(states) => <Limits states={states} />}
      </Answer>
      {toppingUp && <TopUpDialog facts={facts} onClose={() => setToppingUp(false)} />}
    </Panel>
  );
}

const windows = ['requestsPerMinute', 'requestsPerHour', 'tokensPerMinute'] as const;

function Limits({ states }: { readonly states: LimitStates }) {
  const { parallel, budgets, waiting } = states;
  const limited = windows.some((name) => states[name] !== null) || parallel.limit !== null || budgets.length > 0;
  if (!limited && waiting === 0) {
    return (
      <Text size="sm" c="dimmed">
        {texts.none}
      </Text>
    );
  }
  return (
    <ul className="kh-limits">
      {budgets.map((budget) => (
        <li key={`${budget.period}-${budget.currency}`}>
          <BudgetRow budget={budget} />
        </li>
      ))}
      {windows.map((name) => {
        const state = states[name];
        return (
          state && (
            <li key={name}>
              <WindowRow name={texts.windows[name]} state={state} />
            </li>
          )
        );
      })}
      {parallel.limit !== null && (
        <li>
          <Row name={texts.parallel} says={texts.running(formatCount(parallel.running), formatCount(parallel.limit))} />
          <Meter
            label={texts.parallel}
            used={Math.min(1, parallel.running / parallel.limit)}
            tone={parallel.running >= parallel.limit ? 'limited' : 'accent'}
          />
        </li>
      )}
      {waiting > 0 && (
        <li>
          <Text size="sm" c="var(--kh-limited)">
            {texts.waiting(formatCount(waiting))}
          </Text>
        </li>
      )}
    </ul>
  );
}

function Row({ name, says }: { readonly name: string; readonly says: string }) {
  return (
    <div className="kh-limit-head">
      <span>{name}</span>
      <span>{says}</span>
    </div>
  );
}

function WindowRow({ name, state }: { readonly name: string; readonly state: WindowState }) {
  const { limit, used, remaining, resetMs } = state;
  const full = remaining === 0;
  return (
    <>
      <Row name={name} says={texts.left(formatCount(remaining), formatCount(limit))} />
      <Meter label={name} used={shareOf(state, used)} tone={full ? 'limited' : 'accent'} />
      {full && limit > 0 && resetMs > 0 && <Note>{texts.fits(formatLength(resetMs))}</Note>}
    </>
  );
}

function BudgetRow({ budget }: { readonly budget: BudgetState }) {
  const now = useNow(10_000);
  const { period, used, limit, reserved, topUp, soft, state, endsAt, unpriced } = budget;
  const name = texts.budget[period];
  const spent = spentAt(budget, now);
  const notes = [
    state === 'spent' ? texts.spent : '',
    reserved > 0 ? texts.reserved(amountText(budget, reserved)) : '',
    topUp > 0 ? texts.topUp(amountText(budget, topUp)) : '',
    endsAt === null ? '' : texts.anew(formatRelative(endsAt, now)),
    spent === undefined ? '' : texts.forecast(formatRelative(spent, now)),
    unpriced > 0 ? texts.unpriced(unpriced) : '',
  ].filter(Boolean);
  return (
    <>
      <Row name={name} says={texts.used(plainAmount(budget, used), amountText(budget, limit))} />
      <Meter
        label={name}
        used={shareOf(budget, used)}
        held={shareOf(budget, reserved)}
        mark={soft}
        markLabel={texts.softMark(formatPercent(soft))}
        tone={budgetTones[state]}
      />
      {notes.length > 0 && <Note>{notes.join(' · ')}</Note>}
    </>
  );
}

function Note({ children }: { readonly children: string }) {
  return (
    <Text size="xs" c="dimmed" mt={5}>
      {children}
    </Text>
  );
}
