// The second thing that says who one is: a code of the authenticator, or one of those kept for when it is lost.

import { Anchor, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { SecondStep } from '../../api/session.ts';
import { signInTexts as texts } from '../../texts/sign-in-texts.ts';

type SecondStepFieldProps = {
  readonly step: SecondStep;
  readonly change: (step: SecondStep) => void;
  readonly focused?: boolean;
};

export function SecondStepField({ step, change, focused = false }: SecondStepFieldProps) {
  const [recovering, setRecovering] = useState(false);
  function turn(): void {
    setRecovering(!recovering);
    change({});
  }
  return (
    <Stack gap={6} align="stretch">
      {recovering ? (
        <TextInput
          // Another field, and not the same one with another name.
          key="recovery"
          label={texts.recovery}
          description={texts.recoveryHint}
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          autoFocus
          value={step.recovery ?? ''}
          onChange={({ currentTarget }) => change({ recovery: currentTarget.value.trim() })}
        />
      ) : (
        <CodeField
          label={texts.code}
          description={texts.codeHint}
          focused={focused}
          code={step.totp ?? ''}
          change={(totp) => change({ totp })}
        />
      )}
      <div>
        <Anchor component="button" type="button" size="xs" onClick={turn}>
          {recovering ? texts.useCode : texts.useRecovery}
        </Anchor>
      </div>
    </Stack>
  );
}

type CodeFieldProps = {
  readonly label: string;
  readonly description?: string;
  readonly code: string;
  readonly change: (code: string) => void;
  readonly focused?: boolean;
};

/** Six digits; what else is pasted along with them is left out. */
export function CodeField({ label, description, code, change, focused = false }: CodeFieldProps) {
  return (
    <TextInput
      label={label}
      description={description}
      autoComplete="one-time-code"
      inputMode="numeric"
      autoFocus={focused}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', letterSpacing: '0.2em' } }}
      value={code}
      onChange={({ currentTarget }) => change(currentTarget.value.replace(/\D/g, '').slice(0, 6))}
    />
  );
}

export const isWholeStep = ({ totp, recovery }: SecondStep): boolean =>
  totp?.length === 6 || (recovery !== undefined && recovery !== '');
