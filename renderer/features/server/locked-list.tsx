// Addresses that are put off for wrong keys, each with a button that lets it try again at once.

import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { LockedAddress } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { networkTexts } from '../../texts/network-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/page.tsx';

const { locked: texts } = networkTexts;
/** Nobody says when somebody is put off: it happens on the way of a request. */
const lookEveryMs = 10_000;

function useLocked() {
  return useQuery({ ...useCalls().lockout.list.queryOptions(), refetchInterval: lookEveryMs });
}

/** Where there is something to see. */
export function LockedPanel() {
  const { data = [] } = useLocked();
  if (data.length === 0) return null;
  return (
    <Panel title={texts.title}>
      <LockedRows locked={data} />
    </Panel>
  );
}

export function LockedList() {
  return (
    <Answer query={useLocked()} lines={1}>
      {(locked) =>
        locked.length > 0 ? (
          <LockedRows locked={locked} />
        ) : (
          <Text size="xs" c="dimmed" py={9}>
            {texts.none}
          </Text>
        )
      }
    </Answer>
  );
}

function LockedRows({ locked }: { readonly locked: readonly LockedAddress[] }) {
  const calls = useCalls();
  const queries = useQueryClient();
  const { manages } = useAbilities();
  const unlock = useMutation(
    calls.lockout.unlock.mutationOptions({
      onSuccess: (left) => queries.setQueryData(calls.lockout.list.queryKey(), left),
      // It may have come to its end by itself.
      onError: () => void queries.invalidateQueries({ queryKey: calls.lockout.list.queryKey() }),
    }),
  );
  return (
    <>
      <Text size="xs" c="dimmed" pb={6}>
        {texts.about}
      </Text>
      <div className="kh-rows">
        {locked.map(({ address, until, times }) => (
          <Group key={address} gap="sm" wrap="nowrap" mih={38} py={4}>
            <code className="kh-clip" style={{ flex: '1 1 40%' }} title={address}>
              {address}
            </code>
            <Text size="xs" c="dimmed" style={{ flex: '1 1 50%' }}>
              {texts.times(times)}, {texts.ends} <Moment at={until} />
            </Text>
            {manages && (
              <Button
                variant="default"
                size="compact-xs"
                aria-label={texts.unlockThat(address)}
                disabled={unlock.isPending}
                onClick={() => unlock.mutate({ address })}
              >
                {texts.unlock}
              </Button>
            )}
          </Group>
        ))}
      </div>
    </>
  );
}
