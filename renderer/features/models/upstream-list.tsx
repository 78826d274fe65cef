// The model servers as rows: how each is, and what can be done with it.

import './models.css';
import { ActionIcon, Button, Group, Menu, Text, Tooltip } from '@mantine/core';
import { IconDots, IconList, IconRefresh, IconStack2, IconStar, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { UpstreamStatus } from '../../../shared/model.ts';
import { upstreamKindRow } from '../../../shared/upstream-kinds.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { useChangeSetting } from '../../api/settings-access.ts';
import { modelsTexts as texts } from '../../texts/models-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { formatCount, formatLength } from '../../ui/format.ts';
import { healthTones } from '../../ui/health-tone.ts';
import { Moment } from '../../ui/moment.tsx';
import { Dot, Pill } from '../../ui/pill.tsx';
import { PlacesDialog } from './places-dialog.tsx';

export function UpstreamList({ upstreams }: { readonly upstreams: readonly UpstreamStatus[] }) {
  return (
    <ul className="kh-upstreams">
      {upstreams.map((upstream) => (
        <li key={upstream.id}>
          <UpstreamRow upstream={upstream} only={upstreams.length === 1} />
        </li>
      ))}
    </ul>
  );
}

function UpstreamRow({ upstream, only }: { readonly upstream: UpstreamStatus; readonly only: boolean }) {
  const { name, url, kind, health, isDefault, setByFlag, hasCredential, models } = upstream;
  return (
    <div className="kh-upstream">
      <div style={{ minWidth: 0 }}>
        <Group gap={8}>
          <Dot tone={healthTones[health]} label={texts.health[health]} />
          <Text size="sm" fw={600} component="h3">
            {name}
          </Text>
          {kind !== 'unknown' && upstreamKindRow(kind).name !== name && (
            <Text size="sm" c="dimmed">
              {upstreamKindRow(kind).name}
            </Text>
          )}
          {isDefault && !only && (
            <Tooltip label={texts.defaultHint}>
              <span>
                <Pill tone="accent">{texts.isDefault}</Pill>
              </span>
            </Tooltip>
          )}
          {setByFlag && (
            <Tooltip label={texts.setByFlagHint}>
              <span>
                <Pill tone="off">{texts.setByFlag}</Pill>
              </span>
            </Tooltip>
          )}
        </Group>
        <Group gap={4} wrap="nowrap" pl={16} style={{ minWidth: 0 }}>
          <code className="kh-clip">{url}</code>
          <CopyIcon text={url} what={texts.address} />
        </Group>
        <Text size="xs" c="dimmed" pl={16} component="div">
          {[texts.models(models.length, formatCount(models.length)), hasCredential && texts.credential]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      <div className="kh-upstream-health">
        <Health upstream={upstream} />
        <Places places={upstream.places} />
      </div>
      <Actions upstream={upstream} only={only} />
    </div>
  );
}

function Health({ upstream: { health, reason, latencyMs, checkedAt } }: { readonly upstream: UpstreamStatus }) {
  return (
    <>
      <Text size="sm" c={health === 'down' ? 'var(--kh-bad)' : 'inherit'}>
        {texts.health[health]}
        {health === 'up' && latencyMs !== null && `, ${formatLength(latencyMs)}`}
      </Text>
      {reason !== null && <Text size="xs">{reason}</Text>}
      {checkedAt !== null && (
        <Text size="xs" c="dimmed">
          {texts.checked} <Moment at={checkedAt} />
        </Text>
      )}
    </>
  );
}

function Places({ places: { limit, from, running, queued } }: Pick<UpstreamStatus, 'places'>) {
  const { places } = texts;
  const taken =
    limit === null ? places.running(formatCount(running)) : places.taken(formatCount(running), formatCount(limit));
  return (
    <Text size="xs" c="dimmed">
      <span title={limit === null ? undefined : places.from[from]}>{taken}</span>
      {queued > 0 && (
        <Text span inherit c="var(--kh-limited)">
          {' · '}
          {places.queued(formatCount(queued))}
        </Text>
      )}
    </Text>
  );
}

function Actions({ upstream, only }: { readonly upstream: UpstreamStatus; readonly only: boolean }) {
  const { id, name, isDefault, setByFlag } = upstream;
  const { manages, owns } = useAbilities();
  const [placing, setPlacing] = useState(false);
  const calls = useCalls();
  const queries = useQueryClient();
  const { change } = useChangeSetting();
  const remove = useRemove(upstream);
  const test = useMutation(
    calls.upstreams.test.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: calls.upstreams.list.key() }),
    }),
  );
  return (
    <Group gap={6} wrap="nowrap" className="kh-upstream-actions">
      <Button
        variant="default"
        size="xs"
        leftSection={<IconRefresh size={14} />}
        loading={test.isPending}
        onClick={() => test.mutate({ ref: id })}
        aria-label={texts.testThat(name)}
      >
        {texts.test}
      </Button>
      <Menu withinPortal={false}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={texts.more(name)}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component={Link}
            href={`/requests?upstream=${encodeURIComponent(id)}`}
            leftSection={<IconList size={15} />}
          >
            {texts.seeRequests}
          </Menu.Item>
          {manages && !setByFlag && (
            <Menu.Item leftSection={<IconStack2 size={15} />} onClick={() => setPlacing(true)}>
              {texts.places.menu}
            </Menu.Item>
          )}
          {manages && !isDefault && !only && (
            <Menu.Item
              leftSection={<IconStar size={15} />}
              onClick={() => void change({ name: 'upstreams.default', value: id }).catch(() => {})}
            >
              {texts.makeDefault}
            </Menu.Item>
          )}
          {owns && !setByFlag && (
            <Menu.Item c="var(--kh-bad)" leftSection={<IconTrash size={15} />} onClick={() => void remove()}>
              {texts.remove}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {placing && <PlacesDialog upstream={upstream} onClose={() => setPlacing(false)} />}
    </Group>
  );
}

function useRemove({ id, name, models, hasCredential }: UpstreamStatus): () => Promise<void> {
  const calls = useCalls();
  const queries = useQueryClient();
  const ask = useAsk();
  const { mutate } = useMutation(
    calls.upstreams.remove.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: calls.upstreams.list.key() }),
    }),
  );
  return async () => {
    const consequence = texts.removeConsequence(name, models.length, formatCount(models.length));
    const agreed = await ask.confirm({
      title: texts.removeTitle(name),
      consequence: hasCredential ? `${consequence} ${texts.removeCredential}` : consequence,
      act: texts.remove,
    });
    if (agreed) mutate({ ref: id });
  };
}
