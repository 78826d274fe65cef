// Every limit of a key and what is left of it now: rolling windows, places and budgets, asked for again while one looks.

import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LimitStates, WindowState } from '../../../shared/limit-model.ts';
import type { KeyFacts } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { limitTexts as texts } from '../../texts/limit-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { formatCount, formatLength } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { BudgetRows, LimitHead, LimitNote } from './budget-row.tsx';
import { shareOf } from './budget-words.ts';
import { Meter } from './meter.tsx';
import { TopUpDialog } from './top-up-dialog.tsx';

const askAgainMs = 3_000;

export function LimitsPanel({ facts }: { readonly facts: KeyFacts }) {
  const calls = useCalls();
  const query = useQuery(calls.limits.get.queryOptions({ input: { ref: facts.id }, refetchInterval: askAgainMs }));
  const [toppingUp, setToppingUp] = useState(false);
  const topUp = useMutation(calls.keys.topUp.mutationOptions());
  const { manages } = useAbilities();
  const ended = facts.status === 'revoked';
  return (
    <Panel
      title={texts.title}
      aside={
        manages &&
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
      {toppingUp && (
        <TopUpDialog
          name={facts.name}
          budgets={facts.budgets}
          topUp={(add) => topUp.mutateAsync({ ref: facts.id, add })}
          onClose={() => setToppingUp(false)}
        />
      )}
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
      <BudgetRows budgets={budgets} />
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
          <LimitHead
            name={texts.parallel}
            says={texts.running(formatCount(parallel.running), formatCount(parallel.limit))}
          />
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

function WindowRow({ name, state }: { readonly name: string; readonly state: WindowState }) {
  const { limit, used, remaining, resetMs } = state;
  const full = remaining === 0;
  return (
    <>
      <LimitHead name={name} says={texts.left(formatCount(remaining), formatCount(limit))} />
      <Meter label={name} used={shareOf(state, used)} tone={full ? 'limited' : 'accent'} />
      {full && limit > 0 && resetMs > 0 && <LimitNote>{texts.fits(formatLength(resetMs))}</LimitNote>}
    </>
  );
}
