// What lets programs in that send no key: each with the key as which it counts, how to close it, and how to open another.

import { Button, Group, Menu, Text } from '@mantine/core';
import { IconFocusCentered, IconLink, IconPlug, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useState } from 'react';
import type { Status } from '../../../shared/model.ts';
import { networksText } from '../../../shared/network-words.ts';
import type { WayFacts } from '../../../shared/ways-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { waysTexts as texts } from '../../texts/ways-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { useAsk } from '../../ui/ask.tsx';
import { formatMoment } from '../../ui/format.ts';
import { later, useFetchLater } from '../../ui/later.tsx';
import { Panel } from '../../ui/page.tsx';
import { Dot } from '../../ui/pill.tsx';

const WayDialog = later(() => import('./way-dialog.tsx').then(({ WayDialog: dialog }) => dialog));

type Kind = WayFacts['kind'];

const icons = { address_rule: IconFocusCentered, second_port: IconPlug, path_token: IconLink } as const;
const kinds = Object.keys(icons) as readonly Kind[];

export function WaysPanel({ status }: { readonly status: Status }) {
  const calls = useCalls();
  const { owns } = useAbilities();
  const ways = useQuery(calls.ways.list.queryOptions());
  const [opening, setOpening] = useState<Kind>();
  useFetchLater(WayDialog);
  // A key that is paused, a port that is taken: what the list says follows from other things too.
  const state = JSON.stringify([status.access.ways, status.server.state, status.keys]);
  const { refetch } = ways;
  useEffect(() => void (state !== '' && refetch()), [state, refetch]);
  return (
    <Panel title={texts.title} aside={owns && <OpenMenu onChosen={setOpening} />}>
      <Answer query={ways}>
        {(list) =>
          list.length === 0 ? (
            <Text size="sm" c="dimmed" py={6}>
              {texts.none}
            </Text>
          ) : (
            <div className="kh-rows">
              {list.map((way) => (
                <WayRow key={way.id} way={way} owns={owns} />
              ))}
            </div>
          )
        }
      </Answer>
      {opening && (
        <Suspense fallback={null}>
          <WayDialog kind={opening} onClose={() => setOpening(undefined)} />
        </Suspense>
      )}
    </Panel>
  );
}

function OpenMenu({ onChosen }: { readonly onChosen: (kind: Kind) => void }) {
  return (
    <Menu position="bottom-end" width={320}>
      <Menu.Target>
        <Button variant="subtle" size="compact-xs" leftSection={<IconPlus size={14} />}>
          {texts.add}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => {
          const Icon = icons[kind];
          return (
            <Menu.Item key={kind} leftSection={<Icon size={16} />} onClick={() => onChosen(kind)}>
              <Text size="sm">{texts.kinds[kind]}</Text>
              <Text size="xs" c="dimmed">
                {texts.about[kind]}
              </Text>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function WayRow({ way, owns }: { readonly way: WayFacts; readonly owns: boolean }) {
  const calls = useCalls();
  const queries = useQueryClient();
  const ask = useAsk();
  const close = useMutation(
    calls.ways.close.mutationOptions({
      onSuccess: (left) => queries.setQueryData(calls.ways.list.queryKey(), left),
    }),
  );
  const name = nameOf(way);
  async function closeIt(): Promise<void> {
    if (await ask.confirm({ consequence: texts.closeAsk(name), act: texts.close })) close.mutate({ id: way.id });
  }
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start" py={8}>
      <div style={{ paddingTop: 5, lineHeight: 0 }}>
        <Dot tone={way.problem === null ? 'limited' : 'off'} label={way.problem === null ? texts.open : texts.shut} />
      </div>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {name}{' '}
          <Text span inherit c="dimmed">
            {texts.as(way.keyName)}
          </Text>
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {[texts.kinds[way.kind], ...detailsOf(way), ...(way.problem === null ? [] : [way.problem])].join(' · ')}
        </Text>
      </div>
      {owns && (
        <Button
          variant="default"
          size="compact-xs"
          aria-label={texts.closeThis(name)}
          loading={close.isPending}
          onClick={() => void closeIt()}
        >
          {texts.close}
        </Button>
      )}
    </Group>
  );
}

function nameOf(way: WayFacts): string {
  if (way.kind === 'address_rule') return way.cidr;
  return way.kind === 'second_port' ? texts.port(way.port) : way.name;
}

function detailsOf(way: WayFacts): string[] {
  if (way.kind === 'address_rule') return [];
  if (way.kind === 'second_port') return way.urls;
  return [networksText(way.networks), texts.ends(formatMoment(way.expiresAt))];
}
