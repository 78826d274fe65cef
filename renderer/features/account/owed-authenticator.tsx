// People of some roles need an authenticator here: what they see until they have one.

import { Anchor, Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { accountTexts } from '../../texts/account-texts.ts';
import { CoverFrame } from '../sign-in/cover-frame.tsx';
import { AuthenticatorSetup } from './authenticator-setup.tsx';

const { setup: texts } = accountTexts;

export function OwedAuthenticator() {
  const { session } = useApi();
  const [begun, setBegun] = useState(false);
  const signOut = useMutation({ mutationFn: session.signOut });
  return (
    <CoverFrame title={texts.title}>
      <Text c="dimmed">{texts.required}</Text>
      {begun ? (
        <AuthenticatorSetup onDone={() => void session.look()} />
      ) : (
        <Button onClick={() => setBegun(true)}>{texts.begin}</Button>
      )}
      <div>
        <Anchor component="button" size="xs" onClick={() => signOut.mutate()}>
          {texts.laterOut}
        </Anchor>
      </div>
    </CoverFrame>
  );
}
