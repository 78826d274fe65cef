// Signing in with name and password, and then, where one has an authenticator, with its code. What is typed is held here
// and goes to Keyhatch, nowhere else.

import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import type { SecondStep } from '../../api/session.ts';
import { signInTexts as texts } from '../../texts/sign-in-texts.ts';
import { isWholeStep, SecondStepField } from './second-step-field.tsx';
import { isError, SignInFailure } from './sign-in-failure.tsx';

export function PasswordSignIn() {
  const { session } = useApi();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [step, setStep] = useState<SecondStep>({});
  const [asked, setAsked] = useState(false);
  const signIn = useMutation({
    mutationFn: () => session.signIn({ name: name.trim(), password, ...step }),
    meta: { quiet: true },
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries(),
    onError(error) {
      if (isError(error, 'totp_required')) setAsked(true);
    },
  });
  const failure = signIn.error && !isError(signIn.error, 'totp_required') ? signIn.error : undefined;
  const ready = asked ? isWholeStep(step) : name.trim() !== '' && password !== '';
  function startAnew(): void {
    setAsked(false);
    setPassword('');
    setStep({});
    signIn.reset();
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) signIn.mutate();
      }}
    >
      <Stack gap="sm">
        {asked ? (
          <SecondStepField step={step} change={setStep} focused />
        ) : (
          <>
            <TextInput
              label={texts.name}
              autoComplete="username"
              spellCheck={false}
              maxLength={80}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <PasswordInput
              label={texts.password}
              autoComplete="current-password"
              value={password}
              onChange={({ currentTarget }) => setPassword(currentTarget.value)}
            />
          </>
        )}
        {failure && <SignInFailure error={failure} wrong={wrongText(asked, step)} />}
        <Button type="submit" disabled={!ready} loading={signIn.isPending}>
          {asked ? texts.checkCode : texts.signIn}
        </Button>
        {asked && (
          <Anchor component="button" type="button" size="xs" onClick={startAnew}>
            {texts.back}
          </Anchor>
        )}
      </Stack>
    </form>
  );
}

/** What is wrong, where the first step was right already. */
export function wrongText(asked: boolean, step: SecondStep): string {
  if (!asked) return texts.failed;
  return step.recovery === undefined ? texts.codeFailed : texts.recoveryFailed;
}
