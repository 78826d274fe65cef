// What the owner of a key should know before anything else about it: that it is weak, spent or archived, and what is due.

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { KeyFacts } from '../../../shared/model.ts';
import { useCalls, useProjects, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { keysTexts as texts } from '../../texts/keys-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { formatRelative } from '../../ui/format.ts';
import { useNow } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';

export function KeyNotices({ facts }: { readonly facts: KeyFacts }) {
  const { data: projects = [] } = useProjects();
  const project = projects.find(({ id }) => id === facts.projectId);
  return (
    <>
      {facts.status === 'exhausted' && <Notice tone="limited">{texts.exhaustedHint}</Notice>}
      {project && project.archivedAt !== null && <Notice tone="limited">{texts.archivedHint(project.name)}</Notice>}
      {facts.weak && facts.status !== 'revoked' && <WeakNotice facts={facts} />}
      <Reminders keyId={facts.id} />
    </>
  );
}

function WeakNotice({ facts: { id, name } }: { readonly facts: KeyFacts }) {
  const { manages } = useAbilities();
  const ask = useAsk();
  const accept = useMutation(useCalls().keys.acceptWeak.mutationOptions());
  async function act(): Promise<void> {
    const question = {
      title: texts.acceptWeakTitle(name),
      consequence: texts.acceptWeakAsk,
      act: texts.acceptWeakAct,
    };
    if (await ask.confirm(question)) accept.mutate({ ref: id });
  }
  return (
    <Notice
      tone="limited"
      role="note"
      action={
        manages && (
          <Button variant="default" size="xs" loading={accept.isPending} onClick={() => void act()}>
            {texts.acceptWeak}
          </Button>
        )
      }
    >
      {texts.weakHint}
    </Notice>
  );
}

/** What is due: of one key on its page, of all of them above the list. */
export function Reminders({ keyId }: { readonly keyId?: string }): ReactNode {
  const { data: status } = useStatus();
  const now = useNow(60_000);
  const due = (status?.reminders ?? []).filter((one) => keyId === undefined || one.keyId === keyId);
  if (due.length === 0) return null;
  return (
    <Notice tone="limited" role="note">
      {due.map(({ id, kind, keyName, keyId: of, dueAt }) => (
        <div key={id}>
          <Link href={`/keys/${of}`} className="kh-link">
            {texts.reminders[kind](keyName, formatRelative(dueAt, now))}
          </Link>
        </div>
      ))}
    </Notice>
  );
}
