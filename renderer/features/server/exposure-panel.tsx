// What the doctor finds: one sentence each, with the cure beside it.

import { Anchor, Button, Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { Finding, Status } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Panel } from '../../ui/page.tsx';
import { Dot, Pill } from '../../ui/pill.tsx';
import type { Tone } from '../../ui/tone.ts';
import { type CurePlace, countFindings, curePlaceOf } from './finding-words.ts';

const { exposure: texts } = serverTexts;
const places: Readonly<Record<CurePlace, string>> = { newKey: '/keys/new', models: '/models', settings: '/settings' };
const tones: Readonly<Record<Finding['result'], Tone>> = { good: 'good', warning: 'limited', bad: 'bad' };

export function ExposurePanel({ status }: { readonly status: Status }) {
  const findings = useQuery({ ...useCalls().doctor.run.queryOptions(), staleTime: 60_000 });
  // Who may come in, or what stands behind, is another now: what was found before says nothing about it.
  const { refetch } = findings;
  const state = JSON.stringify([
    status.server.state,
    status.server.urls,
    status.access,
    status.exposures.map(({ id, result }) => [id, result]),
    status.upstreams.map(({ url, health }) => [url, health]),
  ]);
  const examined = useRef(state);
  useEffect(() => {
    if (examined.current !== state) void refetch();
    examined.current = state;
  }, [state, refetch]);
  const { toClose, toLookAt } = countFindings(findings.data ?? []);
  const word = toClose > 0 ? texts.toClose(toClose) : toLookAt > 0 ? texts.toLookAt(toLookAt) : texts.good;
  const aside = (
    <Group gap="xs">
      {findings.isFetching && <Loader size={14} role="status" aria-label={texts.checking} />}
      {findings.data && (
        <Pill tone={toClose + toLookAt === 0 ? 'good' : 'limited'} dot>
          {word}
        </Pill>
      )}
      <Button variant="subtle" size="compact-xs" disabled={findings.isFetching} onClick={() => void findings.refetch()}>
        {texts.again}
      </Button>
    </Group>
  );
  return (
    <Panel title={texts.title} aside={aside}>
      <Answer query={findings}>
        {(list) => (
          <div className="kh-rows">
            {[...list].sort(byUrgency).map((finding) => (
              <FindingRow key={`${finding.check} ${finding.says}`} finding={finding} />
            ))}
          </div>
        )}
      </Answer>
    </Panel>
  );
}

function FindingRow({ finding }: { readonly finding: Finding }) {
  const place = curePlaceOf(finding, useAbilities());
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start" py={8}>
      <div style={{ paddingTop: 5, lineHeight: 0 }}>
        <Dot tone={tones[finding.result]} label={texts.result[finding.result]} />
      </div>
      <div style={{ minWidth: 0 }}>
        <Text size="sm">{finding.says}</Text>
        {finding.cure !== null && (
          <Text size="xs" c="dimmed">
            {finding.cure}
          </Text>
        )}
        {place && (
          <Anchor component={Link} href={places[place]} size="xs" c="var(--kh-accent-text)">
            {texts.places[place]}
          </Anchor>
        )}
      </div>
    </Group>
  );
}

const urgency: Readonly<Record<Finding['result'], number>> = { bad: 0, warning: 1, good: 2 };

function byUrgency(a: Finding, b: Finding): number {
  return urgency[a.result] - urgency[b.result];
}
