// A new password, with the rule shown as it is met. Whether others have leaked it is looked up where it is kept.

import { PasswordInput, Stack, Text } from '@mantine/core';
import { IconCheck, IconCircle } from '@tabler/icons-react';
import { useId } from 'react';
import { passwordMinChars } from '../../../shared/people-model.ts';
import { signInTexts } from '../../texts/sign-in-texts.ts';

const { newPassword: texts } = signInTexts;

type NewPasswordFieldProps = {
  readonly label: string;
  readonly password: string;
  readonly change: (password: string) => void;
  /** Why Keyhatch did not take it. */
  readonly refused?: string | undefined;
  readonly focused?: boolean;
};

// As many as people count, and not as many as they are encoded with.
export const isLongEnough = (password: string): boolean => [...password].length >= passwordMinChars;

export function NewPasswordField({ label, password, change, refused, focused = false }: NewPasswordFieldProps) {
  const rule = useId();
  return (
    <Stack gap={6}>
      <PasswordInput
        label={label}
        autoComplete="new-password"
        maxLength={256}
        autoFocus={focused}
        {...(focused ? { 'data-autofocus': true } : {})}
        aria-describedby={rule}
        error={refused}
        value={password}
        onChange={({ currentTarget }) => change(currentTarget.value)}
      />
      <ul id={rule} style={{ margin: 0, padding: 0, listStyle: 'none' }}>
        <Rule met={isLongEnough(password)} state={isLongEnough(password) ? texts.met : texts.open}>
          {texts.length(passwordMinChars)}
        </Rule>
        <Rule met={false} state={texts.checkedLater}>
          {texts.known}
        </Rule>
      </ul>
    </Stack>
  );
}

type RuleProps = { readonly met: boolean; readonly state: string; readonly children: string };

function Rule({ met, state, children }: RuleProps) {
  const Icon = met ? IconCheck : IconCircle;
  return (
    <Text component="li" size="xs" c={met ? 'var(--kh-good)' : 'dimmed'} style={{ display: 'flex', gap: 6 }}>
      <Icon size={14} aria-hidden="true" style={{ flex: 'none', marginTop: 2 }} />
      <span>
        {children} <span className="kh-unseen">({state})</span>
      </span>
    </Text>
  );
}
