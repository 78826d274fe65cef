// What the gateway stands in front of, and what else runs on this computer that it could stand in front of.

import { Button, Group, Text } from '@mantine/core';
import { IconServerOff } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Status, UpstreamStatus } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import { Empty } from '../../ui/empty.tsx';
import { formatLength } from '../../ui/format.ts';
import { healthTones } from '../../ui/health-tone.ts';
import { Panel } from '../../ui/page.tsx';
import { Dot } from '../../ui/pill.tsx';

const { upstreams: texts } = serverTexts;
export function UpstreamsPanel({ status }: { readonly status: Status }) {
  const { owns } = useAbilities();
  const manage = (
    <Button component={Link} href="/models" variant="subtle" size="compact-xs">
      {texts.manage}
    </Button>
  );
  return (
    <Panel title={texts.title} aside={manage}>
      <div className="kh-rows">
        {status.upstreams.map((upstream) => (
          <Upstream key={upstream.id} upstream={upstream} />
        ))}
        <Found />
      </div>
      {status.upstreams.length === 0 && (
        <Empty
          icon={IconServerOff}
          title={texts.none}
          action={
            owns && (
              <Button component={Link} href="/models" size="xs">
                {texts.addOne}
              </Button>
            )
          }
        />
      )}
    </Panel>
  );
}

function Upstream({ upstream }: { readonly upstream: UpstreamStatus }) {
  const { name, url, kind, health, models, latencyMs, reason } = upstream;
  const about =
    kind === 'echo' ? texts.echo : health === 'up' ? texts.models(models.length) : (reason ?? texts[health]);
  return (
    <Group gap="sm" wrap="nowrap" mih={38} py={4}>
      <Dot tone={healthTones[health]} label={texts[health]} />
      <Text size="sm" className="kh-clip" style={{ flex: '1 1 40%' }} title={url}>
        {name}{' '}
        <Text span c="dimmed" inherit>
          {kind === 'echo' || url.includes(name) ? '' : portOf(url)}
        </Text>
      </Text>
      <Text size="sm" c="dimmed" className="kh-clip" style={{ flex: '1 1 50%' }} title={about}>
        {about}
      </Text>
      <Text size="sm" c="dimmed" style={{ flex: 'none' }}>
        {health === 'up' && latencyMs !== null ? formatLength(latencyMs) : '–'}
      </Text>
    </Group>
  );
}

function Found() {
  const calls = useCalls();
  const { owns } = useAbilities();
  const { data: found = [] } = useQuery({ ...calls.detect.run.queryOptions(), staleTime: 60_000 });
  const add = useMutation(calls.upstreams.add.mutationOptions());
  return found
    .filter(({ added }) => !added)
    .map(({ url, name }) => (
      <Group key={url} gap="sm" wrap="nowrap" mih={38} py={4}>
        <Dot tone="off" label={texts.found} />
        <Text size="sm" className="kh-clip" style={{ flex: '1 1 40%' }} title={url}>
          {name}{' '}
          <Text span c="dimmed" inherit>
            {portOf(url)}
          </Text>
        </Text>
        <Text size="sm" c="dimmed" className="kh-clip" style={{ flex: '1 1 50%' }}>
          {texts.found}
        </Text>
        {owns && (
          <Button variant="default" size="compact-xs" loading={add.isPending} onClick={() => add.mutate({ url, name })}>
            {texts.add}
          </Button>
        )}
      </Group>
    ));
}

function portOf(url: string): string {
  const { host, hostname, port } = new URL(url);
  return /^(127\.|localhost$|\[::1\]$)/.test(hostname) ? `:${port}` : host;
}
