// What an invite opens, or a link for a new password: a name, a password with its rule, and one is in. The token stays in the
// address until somebody presses the button, so that nothing that merely looks at links uses it up.

import { Button, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { InviteFacts } from '../../../shared/people-model.ts';
import { useApi, useSessionState } from '../../api/api-context.tsx';
import { signInTexts } from '../../texts/sign-in-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { isLongEnough, NewPasswordField } from '../account/password-rule.tsx';
import { CoverFrame } from './cover-frame.tsx';
import { isError, SignInFailure } from './sign-in-failure.tsx';

type AcceptInviteProps = {
  readonly token: string;
  /** Leaves this page, be it done or given up. */
  readonly leave: () => void;
};

export function AcceptInvite({ token, leave }: AcceptInviteProps) {
  const { session } = useApi();
  const { mutate, data, error } = useMutation({
    mutationFn: () => session.lookAtInvite(token),
    gcTime: 0,
    meta: { quiet: true },
  });
  useEffect(() => mutate(), [mutate]);
  if (error && isError(error, 'invite_invalid')) return <Gone leave={leave} />;
  return (
    <CoverFrame title={signInTexts[data?.kind ?? 'invite'].title}>
      {error && <SignInFailure error={error} />}
      {data && <Accepting token={token} leave={leave} invite={data} />}
      {!data && !error && <Loader size="sm" />}
    </CoverFrame>
  );
}

function Accepting({ token, leave, invite }: AcceptInviteProps & { readonly invite: InviteFacts }) {
  const { kind } = invite;
  const { session } = useApi();
  const signedIn = useSessionState() === 'open';
  const [name, setName] = useState(invite.name ?? '');
  const [password, setPassword] = useState('');
  const isNew = kind === 'invite';
  const texts = signInTexts[kind];
  const ready = name.trim() !== '' && isLongEnough(password);
  const accept = useMutation({
    mutationFn: () => session.acceptInvite({ token, name: name.trim(), password }),
    gcTime: 0,
    meta: { quiet: true },
    onSuccess: leave,
  });
  const { error } = accept;
  if (error && isError(error, 'invite_invalid')) return <GoneNotice leave={leave} />;
  const ofPassword = error !== null && isError(error, 'password_unsuitable');
  const ofName = error !== null && (isError(error, 'name_taken') || isError(error, 'input_invalid'));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) accept.mutate();
      }}
    >
      <Stack>
        <Text c="dimmed">{texts.about}</Text>
        {signedIn && <Notice tone="limited">{texts.signedIn}</Notice>}
        <TextInput
          label={signInTexts.invite.name}
          description={isNew ? signInTexts.invite.nameHint : undefined}
          autoComplete="username"
          spellCheck={false}
          autoFocus={isNew && name === ''}
          readOnly={!isNew}
          maxLength={80}
          value={name}
          error={ofName && error.message}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <NewPasswordField
          label={isNew ? signInTexts.newPassword.label : signInTexts.newPassword.newLabel}
          password={password}
          change={setPassword}
          refused={ofPassword ? error.message : undefined}
          focused={name !== '' && (!isNew || invite.name !== null)}
        />
        {error && !ofPassword && !ofName && <SignInFailure error={error} />}
        <Button type="submit" disabled={!ready} loading={accept.isPending}>
          {texts.act}
        </Button>
      </Stack>
    </form>
  );
}

function Gone({ leave }: Pick<AcceptInviteProps, 'leave'>) {
  return (
    <CoverFrame title={signInTexts.invite.goneTitle}>
      <GoneNotice leave={leave} />
    </CoverFrame>
  );
}

function GoneNotice({ leave }: Pick<AcceptInviteProps, 'leave'>) {
  const texts = signInTexts.invite;
  return (
    <>
      <Notice tone="bad" title={texts.gone}>
        {texts.goneHint}
      </Notice>
      <div>
        <Button variant="default" onClick={leave}>
          {texts.toSignIn}
        </Button>
      </div>
    </>
  );
}
