// Shows a new key, this one time. The secret lives in the state of whoever opened this dialog and goes with it: it is put
// into no cache, store, address or log here. Only "I have stored it" closes it, and that asks again if nothing was copied.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { CreatedKey } from '../../../shared/model.ts';
import { useApi, useStatus } from '../../api/api-context.tsx';
import { shownOnceTexts as texts } from '../../texts/shown-once-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { ArrivalNote } from '../connect/arrival-note.tsx';
import { useAddress } from '../connect/use-address.ts';
import { useFirstRequest } from '../connect/use-first-request.ts';
import { useKnocks } from '../connect/use-knocks.ts';
import { ClientTabs } from './client-tabs.tsx';
import { EnvCopies, KeyLine } from './key-line.tsx';

type ShownOnceProps = {
  readonly created: CreatedKey;
  readonly onClose: () => void;
  /** Which program's settings to show first. */
  readonly clientId?: string;
};

export function ShownOnce({ created: { key, facts }, onClose, clientId }: ShownOnceProps) {
  const { data: status } = useStatus();
  const address = useAddress();
  // It opens no models, so that there is no program to connect.
  const isAdmin = facts.kind === 'admin';
  const [clearsAfterMs, setClearsAfterMs] = useState<number | null>();
  const [asking, setAsking] = useState(false);
  const [works, setWorks] = useState(false);
  // A program that came in with it has it, whichever way it was copied.
  const unkept = clearsAfterMs === undefined && !works;
  useAskBeforeLeaving(unkept);
  function copied(clears: number | null): void {
    setClearsAfterMs(clears);
    setAsking(false);
  }
  return (
    <Modal
      opened
      onClose={() => {}}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      size={660}
      padding={24}
      onKeyDown={keepHere}
      styles={{ body: { paddingBottom: 0 }, content: { background: 'var(--kh-surface)' } }}
    >
      <Stack gap="md" className="kh-once">
        <div>
          {/* Not as a property of the modal: its header would be a second banner on the page. */}
          <Modal.Title fz="xl" fw={650} style={{ overflowWrap: 'anywhere' }}>
            {texts.ready(facts.name)}
          </Modal.Title>
          <Text c="dimmed">{texts.once}</Text>
        </div>
        <div>
          <KeyLine value={key} onCopied={copied} />
          {!isAdmin && (
            <EnvCopies value={key} baseUrl={address.baseUrl} clearsAfterMs={clearsAfterMs} onCopied={copied} />
          )}
        </div>
        {isAdmin ? (
          <Text size="sm">{texts.adminNext}</Text>
        ) : (
          <ClientTabs
            secret={key}
            facts={facts}
            status={status}
            address={address}
            firstId={clientId}
            onKeyCopied={copied}
          />
        )}
        <Group className="kh-once-foot" justify="space-between" gap="sm">
          <div style={{ flex: '1 1 18rem', minWidth: 0 }}>
            {!isAdmin && <FirstRequest facts={facts} onWorks={() => setWorks(true)} />}
          </div>
          {asking && unkept ? (
            <NotCopied keepOpen={() => setAsking(false)} close={onClose} />
          ) : (
            <Button variant="default" onClick={() => (unkept ? setAsking(true) : onClose())}>
              {texts.stored}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

// A browser asks before a reload or another address takes the key away. The desktop's window would refuse to close without
// saying why; there a key that was not stored is rotated.
function useAskBeforeLeaving(needed: boolean): void {
  const { host } = useApi();
  useEffect(() => {
    if (!needed || host !== 'browser') return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [needed, host]);
}

// The palette leads to other pages, and the key would be lost on the way.
function keepHere(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') event.stopPropagation();
}

type FirstRequestProps = { readonly facts: CreatedKey['facts']; readonly onWorks?: () => void };

/** Turns green when this key is used for the first time since it was made or changed. */
export function FirstRequest({ facts: { id, createdAt, rotatedAt }, onWorks }: FirstRequestProps) {
  const sinceMs = Math.max(createdAt, rotatedAt ?? 0);
  const arrival = useFirstRequest({ keyId: id, sinceMs });
  const works = arrival.state === 'works';
  useEffect(() => {
    if (works) onWorks?.();
  }, [works, onWorks]);
  const knock = useKnocks(works ? undefined : sinceMs);
  return <ArrivalNote arrival={arrival} knock={knock} />;
}

function NotCopied({ keepOpen, close }: { readonly keepOpen: () => void; readonly close: () => void }) {
  const safe = useRef<HTMLButtonElement>(null);
  // It stands in for the button that was pressed, and must not leave the keyboard nowhere.
  useEffect(() => safe.current?.focus(), []);
  return (
    <div style={{ flex: '1 1 100%' }}>
      <Notice tone="limited" role="alert" title={texts.notCopied}>
        {texts.notCopiedHint}
        <Group gap="sm" mt="sm">
          <Button variant="default" ref={safe} onClick={keepOpen}>
            {texts.keepOpen}
          </Button>
          <Button variant="subtle" color="red" onClick={close}>
            {texts.closeWithout}
          </Button>
        </Group>
      </Notice>
    </div>
  );
}
