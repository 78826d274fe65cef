// Where one is signed in, and for the owner who else is: by device and address, each to be ended.

import { Button, Group, Text } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { OwnFacts, SessionFacts } from '../../../shared/people-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { accountTexts as texts } from '../../texts/account-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { useAsk } from '../../ui/ask.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';

export function SessionsPanel({ own }: { readonly own: OwnFacts }) {
  const mine = own.person?.id ?? null;
  const everybody = own.role === 'owner';
  const isMine = ({ personId, current }: SessionFacts) => current || (mine !== null && personId === mine);
  return (
    <>
      {own.way === 'session' && <SessionList title={texts.sessions} shown={isMine} ofOthers />}
      {everybody && (
        <SessionList title={texts.allSessions} shown={(one) => own.way !== 'session' || !isMine(one)} named optional />
      )}
    </>
  );
}

type SessionListProps = {
  readonly title: string;
  readonly shown: (session: SessionFacts) => boolean;
  /** Whether it offers to end all but this one. */
  readonly ofOthers?: boolean;
  /** Whether to say whose they are. */
  readonly named?: boolean;
  /** Not there at all where it has nothing to show. */
  readonly optional?: boolean;
};

export function SessionList({ title, shown, ofOthers = false, named = false, optional = false }: SessionListProps) {
  const sessions = useQuery({ ...useCalls().sessions.list.queryOptions(), refetchInterval: 5_000 });
  const list = sessions.data?.filter(shown);
  if (optional && (list?.length ?? 0) === 0) return null;
  return (
    <Panel title={title} aside={ofOthers && list && list.length > 1 && <EndOthers />}>
      <Answer query={{ ...sessions, data: list }} lines={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Text size="sm" c="dimmed">
              {texts.sessionsEmpty}
            </Text>
          ) : (
            <div className="kh-rows">
              {rows.map((one) => (
                <SessionRow key={one.id} one={one} named={named} />
              ))}
            </div>
          )
        }
      </Answer>
    </Panel>
  );
}

type SessionRowProps = { readonly one: SessionFacts; readonly named: boolean };

function SessionRow({ one, named }: SessionRowProps) {
  const { id, personId, personName, device, address, beganAt, lastUsedAt, current } = one;
  const end = useEnded();
  const Icon = /iphone|ipad|android|mobile/i.test(device) ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <Group gap="sm" wrap="nowrap" py={9} align="flex-start">
      <Text component="span" c="dimmed" lh={0} pt={2}>
        <Icon size={18} stroke={1.6} aria-hidden="true" />
      </Text>
      <div style={{ flex: 1, minWidth: 0 }}>
        <Text size="sm" fw={500}>
          {named && <Whose personId={personId} name={personName} />}
          {device} {current && <Pill tone="good">{texts.here}</Pill>}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {address} · {texts.began} <Moment at={beganAt} /> · {texts.lastUsed} <Moment at={lastUsedAt} />
        </Text>
      </div>
      {/* This one ends by signing out, at the top of the page. */}
      {!current && (
        <Button
          size="xs"
          variant="default"
          aria-label={texts.endThat(device)}
          loading={end.isPending}
          onClick={() => end.mutate({ id })}
          style={{ flex: 'none' }}
        >
          {texts.endOne}
        </Button>
      )}
    </Group>
  );
}

function Whose({ personId, name }: { readonly personId: string | null; readonly name: string | null }) {
  if (personId === null) return <>{texts.byLink} · </>;
  return (
    <>
      <Link href={`/people/${personId}`} className="kh-link">
        {name}
      </Link>
      {' · '}
    </>
  );
}

function useEnded() {
  const calls = useCalls();
  const queries = useQueryClient();
  return useMutation(
    calls.sessions.end.mutationOptions({
      onSuccess: (left) => queries.setQueryData(calls.sessions.list.queryKey(), left),
    }),
  );
}

function EndOthers() {
  const calls = useCalls();
  const queries = useQueryClient();
  const ask = useAsk();
  const end = useMutation(
    calls.sessions.endOthers.mutationOptions({
      onSuccess: (left) => queries.setQueryData(calls.sessions.list.queryKey(), left),
    }),
  );
  async function act(): Promise<void> {
    const question = { title: texts.endOthersTitle, consequence: texts.endOthersAsk, act: texts.endOthersAct };
    if (await ask.confirm(question)) end.mutate({});
  }
  return (
    <Button size="xs" variant="default" loading={end.isPending} onClick={() => void act()}>
      {texts.endOthers}
    </Button>
  );
}
