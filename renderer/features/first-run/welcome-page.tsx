// The first steps, one below the other: what was found, where to listen, a first key, a first program. What needs nobody is
// done already, so that the way to a first answer is short. The new key lives in this page's state and goes with it.

import { Button, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { CreatedKey, KeyFacts, Status } from '../../../shared/model.ts';
import { useCalls, useKeys, useStatus } from '../../api/api-context.tsx';
import { useChangeSetting } from '../../api/settings-access.ts';
import { firstRunTexts as texts } from '../../texts/first-run-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { useAsk } from '../../ui/ask.tsx';
import { Page } from '../../ui/page.tsx';
import { FirstAccountNotice } from '../account/first-account-notice.tsx';
import { ConnectStep } from './connect-step.tsx';
import { FindStep } from './find-step.tsx';
import { KeyStep } from './key-step.tsx';
import { ListenStep } from './listen-step.tsx';
import { Step } from './step.tsx';
import { type StepId, standingOf, stepIds, summaryOf } from './steps.ts';

export function WelcomePage() {
  const status = useStatus();
  const keys = useKeys();
  const { finish, isPending } = useFinish();
  return (
    <Page
      title={texts.title}
      actions={
        <Button variant="default" onClick={finish} loading={isPending}>
          {texts.skipAll}
        </Button>
      }
    >
      <Text c="dimmed">{texts.intro}</Text>
      <FirstAccountNotice />
      <Answer query={{ ...keys, data: status.data && keys.data, error: status.error ?? keys.error }} lines={8}>
        {(list) => status.data && <Steps status={status.data} keys={list} finish={finish} />}
      </Answer>
    </Page>
  );
}

/** Notes that the steps were taken, and leaves; a failed note must not keep anybody here. */
function useFinish() {
  const { change, isPending } = useChangeSetting();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const settings = useCalls().settings.list.queryOptions();
  async function finish(): Promise<void> {
    // The start page decides by the settings that are known here, and the news of a change may take a moment.
    await change({ name: 'window.welcomed', value: true })
      .then(() => queries.fetchQuery({ ...settings, staleTime: 0 }))
      .catch(() => {});
    go('/server');
  }
  return { finish: () => void finish(), isPending };
}

type StepsProps = { readonly status: Status; readonly keys: readonly KeyFacts[]; readonly finish: () => void };

function Steps({ status, keys, finish }: StepsProps) {
  const ask = useAsk();
  const [chosen, choose] = useState<StepId>();
  const [passed, setPassed] = useState<ReadonlySet<StepId>>(new Set());
  const [created, setCreated] = useState<CreatedKey>();
  const [copied, setCopied] = useState(false);
  const standing = standingOf({ status, passed, hasKey: created !== undefined });
  const open = chosen ?? stepIds.find((id) => !standing[id]);

  function pass(id: StepId): void {
    setPassed(new Set([...passed, id]));
    choose(undefined);
  }
  async function leave(): Promise<void> {
    const question = {
      title: texts.connect.notCopiedTitle,
      consequence: texts.connect.notCopied,
      act: texts.connect.finishAnyway,
    };
    if (!created || copied || (await ask.confirm(question))) finish();
  }
  const contents: Readonly<Record<StepId, ReactNode>> = {
    find: <FindStep status={status} stay={() => choose('find')} next={() => pass('find')} />,
    listen: <ListenStep status={status} stay={() => choose('listen')} next={() => pass('listen')} />,
    key: (
      <KeyStep
        created={created}
        made={(key) => {
          setCreated(key);
          choose(undefined);
        }}
        skip={() => pass('key')}
      />
    ),
    connect: (
      <ConnectStep status={status} created={created} copied={() => setCopied(true)} finish={() => void leave()} />
    ),
  };
  return (
    <Stack gap={10} maw={860}>
      {stepIds.map((id, index) => (
        <Step
          key={id}
          number={index + 1}
          title={texts.steps[id]}
          done={standing[id]}
          open={open === id}
          summary={summaryOf(id, { status, keys, created, passed })}
          changeable={id !== 'key' || !created}
          show={() => choose(id)}
        >
          {contents[id]}
        </Step>
      ))}
    </Stack>
  );
}
