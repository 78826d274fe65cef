// All changes of keys, projects, settings and the profile, narrowed by what and by which way.

import { Select, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActorKind, SubjectKind } from '../../../shared/history-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { historyTexts as texts } from '../../texts/history-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { AuditExport, AuditLine } from './audit-line.tsx';
import { HistoryList, MoreButton } from './history-list.tsx';
import { historyOptions } from './history-pages.ts';

const everything = 'all';

export function HistoryPage() {
  const { owns } = useAbilities();
  const [kind, setKind] = useState<SubjectKind>();
  const [actor, setActor] = useState<ActorKind>();
  const narrow = { limit: 50, ...(kind ? { kind } : {}), ...(actor ? { actor } : {}) };
  const query = useInfiniteQuery(historyOptions(useCalls(), narrow));
  return (
    <Page
      title={texts.title}
      actions={
        <>
          <Select
            w={150}
            aria-label={texts.kind}
            data={Object.entries(texts.kinds).map(([value, label]) => ({ value, label }))}
            value={kind ?? everything}
            onChange={(chosen) => setKind(chosen === everything ? undefined : (chosen as SubjectKind))}
            allowDeselect={false}
          />
          <Select
            w={190}
            aria-label={texts.actor}
            data={[
              { value: everything, label: texts.anyActor },
              ...Object.entries(texts.actors).map(([value, label]) => ({ value, label })),
            ]}
            value={actor ?? everything}
            onChange={(chosen) => setActor(chosen === everything ? undefined : (chosen as ActorKind))}
            allowDeselect={false}
          />
          {owns && <AuditExport narrow={narrow} />}
        </>
      }
    >
      <Text size="sm" c="dimmed">
        {texts.about}
      </Text>
      {owns && <AuditLine />}
      <Panel>
        <Answer query={query} lines={8}>
          {({ pages }) => {
            const entries = pages.flatMap((page) => page.entries);
            if (entries.length === 0) {
              const narrowed = kind !== undefined || actor !== undefined;
              return (
                <Empty icon={IconHistory} title={narrowed ? texts.nothingFits : texts.empty}>
                  {narrowed && texts.nothingFitsHint}
                </Empty>
              );
            }
            return (
              <>
                <HistoryList entries={entries} named />
                <MoreButton query={query} />
              </>
            );
          }}
        </Answer>
      </Panel>
    </Page>
  );
}
