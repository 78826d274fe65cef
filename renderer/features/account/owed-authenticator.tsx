// People of some roles need an authenticator here: what they see until they have one.

import { Anchor, Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { accountTexts } from '../../texts/account-texts.ts';
import { CoverFrame } from '../sign-in/cover-frame.tsx';
import { AuthenticatorSetup } from './authenticator-setup.tsx';

const { setup: texts, codes } = accountTexts;

export function OwedAuthenticator() {
  const { session } = useApi();
  const [step, setStep] = useState<'required' | 'begun' | 'codes'>('required');
  const signOut = useMutation({ mutationFn: session.signOut });
  return (
    <CoverFrame title={step === 'codes' ? codes.title : texts.title}>
      {step !== 'codes' && <Text c="dimmed">{texts.required}</Text>}
      {step === 'required' ? (
        <Button onClick={() => setStep('begun')}>{texts.begin}</Button>
      ) : (
        <AuthenticatorSetup onDone={() => void session.look()} onCodes={() => setStep('codes')} />
      )}
      <div hidden={step === 'codes'}>
        <Anchor component="button" size="xs" onClick={() => signOut.mutate()}>
          {texts.laterOut}
        </Anchor>
      </div>
    </CoverFrame>
  );
}
