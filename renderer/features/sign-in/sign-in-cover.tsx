// Covers the page while this browser may not ask anything, and gives it back as it was once it may again: what lies
// underneath stays in place, with everything that was typed. The token of a link stays in the address's fragment until a
// person presses the button, so that nothing that merely looks at links uses it up.

import { Button, Code, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useApi, useSessionNeeded } from '../../api/api-context.tsx';
import { signInTexts as texts } from '../../texts/sign-in-texts.ts';
import { Brand } from '../shell/brand.tsx';

const linkPath = /^\/sign-in\/([A-Za-z0-9_-]{20,200})$/;

export function SignInCover() {
  const needed = useSessionNeeded();
  const [location, go] = useLocation();
  const token = linkPath.exec(location)?.[1];
  // Who follows a link while signed in has no use for it; the link stays good for another browser.
  if (!needed) return null;
  return (
    <Modal
      opened
      onClose={() => {}}
      fullScreen
      withCloseButton={false}
      closeOnEscape={false}
      transitionProps={{ duration: 0 }}
      aria-label={texts.title}
    >
      <Stack gap="md" maw={420} mx="auto" mt="14vh">
        <Brand />
        <Text component="h1" fw={650} size="lg">
          {texts.title}
        </Text>
        {token ? <WithLink token={token} done={() => go('/', { replace: true })} /> : <WithoutLink />}
      </Stack>
    </Modal>
  );
}

function WithLink({ token, done }: { readonly token: string; readonly done: () => void }) {
  const { session } = useApi();
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: () => session.signIn(token),
    meta: { quiet: true },
    onSuccess() {
      done();
      void queries.invalidateQueries();
    },
  });
  return (
    <>
      <Text c="dimmed">{texts.linkHere}</Text>
      {signIn.error && (
        <Text c="var(--kh-bad)" role="alert">
          {signIn.error.message}
        </Text>
      )}
      <Button onClick={() => signIn.mutate()} loading={signIn.isPending} data-autofocus>
        {texts.signIn}
      </Button>
      {signIn.error && <WithoutLink />}
    </>
  );
}

function WithoutLink() {
  return (
    <>
      <Text c="dimmed">{texts.askForLink}</Text>
      <Code block>keyhatch dashboard link</Code>
      <Text c="dimmed" size="sm">
        {texts.why}
      </Text>
    </>
  );
}
