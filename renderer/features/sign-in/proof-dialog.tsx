// Asks who one is once more, for a call that waits behind it (api/proof-gate.ts). With a password, and the code of an
// authenticator where there is one; whoever came in by a link and has no password gives a new link.

import { Button, Code, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { useMe } from '../../api/me.ts';
import type { Proof, SecondStep } from '../../api/session.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { signInTexts } from '../../texts/sign-in-texts.ts';
import { wrongText } from './password-sign-in.tsx';
import { isWholeStep, SecondStepField } from './second-step-field.tsx';
import { SignInFailure } from './sign-in-failure.tsx';

const { proof: texts } = signInTexts;

type ProofDialogProps = { readonly settle: (proved: boolean) => void };

export function ProofDialog({ settle }: ProofDialogProps) {
  const me = useMe();
  const byLink = (me.data?.person?.passwordSetAt ?? null) === null;
  return (
    <Modal
      opened
      onClose={() => settle(false)}
      title={texts.title}
      // Above whatever dialog the call came from.
      zIndex={400}
      // Every dialog that is open listens for Escape by itself: what has the focus tells them that it is not for them.
      closeOnEscape={false}
      onFocusCapture={({ target }) => target.setAttribute('data-mantine-stop-propagation', 'true')}
      onKeyDown={({ key }) => key === 'Escape' && settle(false)}
    >
      {byLink ? <ByLink settle={settle} /> : <ByPassword settle={settle} totp={me.data?.person?.totp ?? false} />}
    </Modal>
  );
}

function useProve({ settle }: ProofDialogProps) {
  const { session } = useApi();
  return useMutation({
    mutationFn: (proof: () => Proof) => session.prove(proof()),
    gcTime: 0,
    meta: { quiet: true },
    onSuccess: () => settle(true),
  });
}

function ByPassword({ settle, totp }: ProofDialogProps & { readonly totp: boolean }) {
  const [password, setPassword] = useState('');
  const [step, setStep] = useState<SecondStep>({});
  const prove = useProve({ settle });
  const ready = password !== '' && (!totp || isWholeStep(step));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) prove.mutate(() => ({ password, ...step }));
      }}
    >
      <Stack>
        <Text size="sm">{texts.about}</Text>
        <PasswordInput
          label={signInTexts.password}
          data-autofocus
          autoComplete="current-password"
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        {totp && <SecondStepField step={step} change={setStep} />}
        {prove.error && <SignInFailure error={prove.error} wrong={totp ? wrongText(true, step) : texts.wrong} />}
        <Foot settle={settle} ready={ready} pending={prove.isPending} />
      </Stack>
    </form>
  );
}

/** What stands behind `#/sign-in/`, of a whole link or by itself. */
const tokenIn = (text: string): string | undefined =>
  /(?:^|#\/sign-in\/)([A-Za-z0-9_-]{20,200})$/.exec(text.trim())?.[1];

function ByLink({ settle }: ProofDialogProps) {
  const [link, setLink] = useState('');
  const prove = useProve({ settle });
  const token = tokenIn(link);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (token !== undefined) prove.mutate(() => ({ token }));
      }}
    >
      <Stack>
        <Text size="sm">{texts.about}</Text>
        <Text size="sm">{texts.byLink}</Text>
        <Code block>keyhatch dashboard link</Code>
        <TextInput
          label={texts.link}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={link}
          error={link.trim() !== '' && token === undefined && texts.linkWrong}
          onChange={({ currentTarget }) => setLink(currentTarget.value)}
        />
        {prove.error && <SignInFailure error={prove.error} />}
        <Foot settle={settle} ready={token !== undefined} pending={prove.isPending} />
      </Stack>
    </form>
  );
}

type FootProps = ProofDialogProps & { readonly ready: boolean; readonly pending: boolean };

function Foot({ settle, ready, pending }: FootProps) {
  return (
    <Group justify="flex-end" gap="sm">
      <Button variant="default" onClick={() => settle(false)}>
        {commonTexts.cancel}
      </Button>
      <Button type="submit" disabled={!ready} loading={pending}>
        {texts.act}
      </Button>
    </Group>
  );
}
