// Reminds an owner whom only a link lets in, for as long as that is so; and the button behind which one chooses otherwise.

import { Button, Modal, Skeleton } from '@mantine/core';
import { useFocusReturn } from '@mantine/hooks';
import { lazy, Suspense, useState } from 'react';
import { useMe } from '../../api/me.ts';
import { shellTexts as texts } from '../../texts/shell-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { needsAccount } from './first-account.ts';

const Form = lazy(() => import('./first-account-form.tsx').then(({ FirstAccountForm: form }) => ({ default: form })));

export function FirstAccountNotice() {
  const { data: own } = useMe();
  if (!own || !needsAccount(own)) return null;
  return (
    <Notice tone="accent" role="note" action={<FirstAccountButton />}>
      {texts.noPassword}
    </Notice>
  );
}

export function FirstAccountButton() {
  const [opened, setOpened] = useState(false);
  useFocusReturn({ opened });
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        {texts.choosePassword}
      </Button>
      {opened && (
        <Modal opened onClose={() => setOpened(false)} title={texts.choosePassword}>
          <Suspense fallback={<Skeleton height={200} />}>
            <Form onDone={() => setOpened(false)} />
          </Suspense>
        </Modal>
      )}
    </>
  );
}
