// The ways in without a link: a name and a password, or where to get a link.

import { Code, Divider, Text } from '@mantine/core';
import { useApi } from '../../api/api-context.tsx';
import { signInTexts as texts } from '../../texts/sign-in-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { PasswordSignIn } from './password-sign-in.tsx';

export function WithoutLink() {
  const { session } = useApi();
  return (
    <>
      {session.ended() && (
        <Notice tone="accent" role="status">
          {texts.ended}
        </Notice>
      )}
      <PasswordSignIn />
      <Divider label={texts.or} my={6} />
      <Text c="dimmed">{texts.askForLink}</Text>
      <Code block>keyhatch dashboard link</Code>
      <Text c="dimmed" size="sm">
        {texts.why}
      </Text>
      <Text c="dimmed" size="sm">
        {texts.forgot}
      </Text>
    </>
  );
}
