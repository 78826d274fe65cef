// One key: what it is, what it may do, what it used, and what can be done to it.

import { Anchor, Button, Group, SimpleGrid, Stack } from '@mantine/core';
import { IconChevronLeft, IconKeyOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { KeyFacts } from '../../../shared/model.ts';
import type { ProjectFacts } from '../../../shared/project-model.ts';
import { clientOfUserAgent } from '../../../shared/snippets-user-agents.ts';
import { useKeys, useProjects } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { keysTexts } from '../../texts/keys-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { DeadEndPage } from '../../ui/dead-end-page.tsx';
import { type FactRows, Facts } from '../../ui/facts.tsx';
import { formatCompact, formatCount, formatMoment } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { ProjectName } from '../../ui/project-mark.tsx';
import { CaptureNotice } from '../capture/capture-notice.tsx';
import { HistoryPanel } from '../history/history-panel.tsx';
import { LimitsPanel } from '../limits/limits-panel.tsx';
import { PolicyPanel } from '../limits/policy-panel.tsx';
import { LiveTail } from '../requests/live-tail.tsx';
import { type KeyDialog, KeyDialogs } from './key-dialogs.tsx';
import { KeyMenu } from './key-menu.tsx';
import { KeyNotices } from './key-notices.tsx';
import { stateOfKey } from './key-state.ts';
import { useKeyTotals } from './key-totals.ts';
import { RecentUsage } from './key-usage.tsx';
import { placeOf } from './last-use.ts';

const { page: texts } = keysTexts;

export function KeyPage({ id }: { readonly id: string }) {
  return (
    <Answer query={useKeys()} lines={8}>
      {(keys) => {
        const facts = keys.find((key) => key.id === id);
        return facts ? <KnownKey facts={facts} /> : <NoSuchKey />;
      }}
    </Answer>
  );
}

function NoSuchKey() {
  return (
    <DeadEndPage
      icon={IconKeyOff}
      title={texts.notFound}
      says={texts.notFoundHere}
      hint={texts.notFoundHint}
      back={{ href: '/keys', label: texts.back }}
    />
  );
}

function KnownKey({ facts }: { readonly facts: KeyFacts }) {
  const [, go] = useLocation();
  const [dialog, setDialog] = useState<KeyDialog>();
  const { sees, makesKeys } = useAbilities();
  const { tone, word } = stateOfKey(facts, useProjectOf(facts));
  const opensModels = facts.kind === 'inference';
  return (
    <Page
      title={facts.name}
      actions={
        <>
          <Anchor component={Link} href="/keys" size="sm">
            <IconChevronLeft size={14} aria-hidden="true" style={{ verticalAlign: '-2px' }} />
            {texts.back}
          </Anchor>
          <Pill tone={tone} dot>
            {word}
          </Pill>
          {makesKeys && facts.status === 'active' && opensModels && (
            <Button component={Link} href={`/connect?key=${facts.id}`} variant="default">
              {texts.connect}
            </Button>
          )}
          <KeyMenu facts={facts} open={setDialog} onDeleted={() => go('/keys', { replace: true })} />
        </>
      }
    >
      {!facts.usable && facts.status === 'active' && <Notice tone="bad">{keysTexts.unusableHint}</Notice>}
      <KeyNotices facts={facts} />
      <CaptureNotice keyId={facts.id} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing={14}>
        <Stack gap={14}>
          <FactsPanel facts={facts} />
          <PolicyPanel facts={facts} />
        </Stack>
        {opensModels && (
          <Stack gap={14}>
            <LimitsPanel facts={facts} />
            <RecentUsage
              narrow={{ keyId: facts.id }}
              by="model"
              title={texts.usage}
              empty={texts.nothingUsed}
              hint={texts.nothingUsedHint}
            />
          </Stack>
        )}
      </SimpleGrid>
      {opensModels && <LiveTail limit={12} keyId={facts.id} title={texts.requests} />}
      {sees && <HistoryPanel kind="key" id={facts.id} />}
      <KeyDialogs dialog={dialog} onClose={() => setDialog(undefined)} />
    </Page>
  );
}

function FactsPanel({ facts }: { readonly facts: KeyFacts }) {
  const client = clientOfUserAgent(facts.lastUsedBy);
  const totals = useKeyTotals(facts.id);
  const old = facts.status === 'revoked' || (facts.oldSecretUntil ?? 0) < Date.now() ? null : facts.oldSecretUntil;
  const rows: FactRows = [
    [
      texts.id,
      <Group key="id" gap={4} component="span">
        <code>{facts.id}</code>
        <CopyIcon text={facts.id} what={texts.id} />
      </Group>,
    ],
    [
      texts.made,
      `${formatMoment(facts.createdAt)}${facts.origin === 'generated' ? '' : `, ${texts.origins[facts.origin]}`}`,
    ],
    [
      texts.lastUsed,
      facts.lastUsedAt === null ? (
        commonTexts.never
      ) : (
        <span key="used">
          <Moment at={facts.lastUsedAt} />{' '}
          {texts.from(placeOf(facts), client === 'other' ? texts.unknownClient : client)}
        </span>
      ),
    ],
    [
      texts.today,
      texts.todayText(formatCount(facts.today.requests), formatCompact(facts.today.tokensIn + facts.today.tokensOut)),
    ],
    ...totals,
    [texts.expires, facts.expiresAt === null ? commonTexts.never : formatMoment(facts.expiresAt)],
    [texts.person, facts.personId && <PersonFact key="person" facts={facts} />],
    [texts.project, <ProjectFact key="project" facts={facts} />],
    [texts.rotated, facts.rotatedAt && formatMoment(facts.rotatedAt)],
    [texts.oldSecret, old && <OldSecret key="old" facts={facts} until={old} />],
    [texts.rotateEvery, facts.policy.rotateEveryDays && texts.rotateDays(facts.policy.rotateEveryDays)],
  ];
  return (
    <Panel title={texts.facts}>
      <Facts rows={rows} lined />
    </Panel>
  );
}

function useProjectOf({ projectId }: KeyFacts): ProjectFacts | undefined {
  const { data: projects = [] } = useProjects();
  return projects.find(({ id }) => id === projectId);
}

function PersonFact({ facts: { person, personId } }: { readonly facts: KeyFacts }) {
  const { manages, personId: own } = useAbilities();
  if (!manages) return person;
  return (
    <Link href={personId === own ? '/me' : `/people/${personId}`} className="kh-link">
      {person}
    </Link>
  );
}

function ProjectFact({ facts }: { readonly facts: KeyFacts }) {
  const project = useProjectOf(facts);
  return project ? <ProjectName project={project} /> : (facts.project ?? commonTexts.none);
}

function OldSecret({ facts, until }: { readonly facts: KeyFacts; readonly until: number }) {
  const client = clientOfUserAgent(facts.oldSecretUsedBy);
  return (
    <>
      <div>{texts.oldUntil(formatMoment(until))}</div>
      {facts.oldSecretUsedAt === null ? (
        texts.oldUnused
      ) : (
        <span style={{ color: 'var(--kh-limited)' }}>
          {texts.oldUsed} <Moment at={facts.oldSecretUsedAt} />{' '}
          {texts.by(client === 'other' ? texts.unknownClient : client)}
        </span>
      )}
    </>
  );
}
