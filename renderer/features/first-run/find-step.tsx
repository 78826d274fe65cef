// What did we find? Model servers on this computer, to be put behind the gateway; or an address; or the echo model.

import { Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { DetectedServer, Status } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { firstRunTexts } from '../../texts/first-run-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Dot, Pill } from '../../ui/pill.tsx';
import { useAddUpstream } from './use-add-upstream.ts';

const { find: texts, next: nextWord, skip: skipWord } = firstRunTexts;

type FindStepProps = {
  readonly status: Status;
  /** Keeps this step open, whatever is done by now. */
  readonly stay: () => void;
  readonly next: () => void;
};

export function FindStep({ status, stay, next }: FindStepProps) {
  const calls = useCalls();
  const found = useQuery({ ...calls.detect.run.queryOptions(), staleTime: 0 });
  const { add, adding } = useAddUpstream();
  const hasServer = status.upstreams.some(({ kind }) => kind !== 'echo');
  const hasEcho = status.upstreams.some(({ kind }) => kind === 'echo');
  // Known by what the gateway says now, not by what the search said then.
  const isAdded = ({ url, added }: DetectedServer) => added || status.upstreams.some((one) => one.url === url);

  async function take(url: string, kind?: DetectedServer['kind']): Promise<boolean> {
    stay();
    return add(kind === undefined ? { url } : { url, kind });
  }
  return (
    <Stack gap="md">
      {found.isPending ? (
        <Group gap="sm" role="status">
          <Loader size="xs" />
          <Text size="sm">{texts.looking}</Text>
        </Group>
      ) : (
        <Answer query={found}>
          {(servers) => (
            <Found servers={servers} isAdded={isAdded} adding={adding} take={({ url, kind }) => void take(url, kind)} />
          )}
        </Answer>
      )}
      <AddressForm add={take} />
      {hasEcho && !hasServer && (
        <Text size="sm" c="dimmed">
          {texts.echoHint}
        </Text>
      )}
      <Group gap="sm">
        {hasServer && <Button onClick={next}>{nextWord}</Button>}
        {!hasServer && hasEcho && <Button onClick={next}>{texts.useEcho}</Button>}
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden="true" />}
          loading={found.isFetching && !found.isPending}
          onClick={() => void found.refetch()}
        >
          {texts.again}
        </Button>
        {!hasServer && !hasEcho && (
          <Button variant="subtle" color="gray" onClick={next}>
            {skipWord}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

type FoundProps = {
  readonly servers: readonly DetectedServer[];
  readonly isAdded: (server: DetectedServer) => boolean;
  /** Address of the one that is being added. */
  readonly adding: string | undefined;
  readonly take: (server: DetectedServer) => void;
};

function Found({ servers, isAdded, adding, take }: FoundProps) {
  if (servers.length === 0) {
    return (
      <div>
        <Text fw={500}>{texts.nothing}</Text>
        <Text size="sm" c="dimmed">
          {texts.nothingHint}
        </Text>
      </div>
    );
  }
  return (
    <ul className="kh-code kh-rows" style={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {servers.map((server) => (
        <li key={server.url}>
          <Group justify="space-between" wrap="nowrap" gap="sm" px={12} py={8} mih={50}>
            <div style={{ minWidth: 0 }}>
              <Group gap={8}>
                <Dot tone="good" label={server.name} />
                <Text fw={500}>{server.name}</Text>
                <Text size="sm" c="dimmed">
                  {texts.models(server.models.length)}
                </Text>
              </Group>
              <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                <code>{server.url}</code> {server.needsCredential && !isAdded(server) && texts.needsKey}
              </Text>
            </div>
            {isAdded(server) ? (
              <Pill tone="good">{texts.added}</Pill>
            ) : (
              <Button
                size="xs"
                variant="default"
                aria-label={texts.addThat(server.name)}
                loading={adding === server.url}
                onClick={() => take(server)}
              >
                {texts.add}
              </Button>
            )}
          </Group>
        </li>
      ))}
    </ul>
  );
}

function AddressForm({ add }: { readonly add: (url: string) => Promise<boolean> }) {
  const form = useForm({ initialValues: { url: '' } });
  return (
    <form
      onSubmit={form.onSubmit(({ url }) => {
        if (url.trim() !== '') void add(url.trim()).then((added) => added && form.reset());
      })}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label={texts.address}
          description={texts.addressHint}
          style={{ flex: '1 1 16rem' }}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          {...form.getInputProps('url')}
        />
        <Button type="submit" variant="default">
          {texts.addAddress}
        </Button>
      </Group>
    </form>
  );
}
