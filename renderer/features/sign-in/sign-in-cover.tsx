// Covers the page while this browser may not ask anything, and gives it back as it was once it may again: what lies
// underneath stays in place, with everything that was typed. The token of a link stays in the address's fragment until a
// person presses the button, so that nothing that merely looks at links uses it up.

import { Button, Code, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useApi, useLiveState, useSessionNeeded } from '../../api/api-context.tsx';
import { useHashLocation } from '../../api/hash-location.ts';
import { signInTexts as texts } from '../../texts/sign-in-texts.ts';
import { Brand } from '../shell/brand.tsx';
import { useHeldPage } from './page-router.tsx';

const linkPath = /^\/sign-in\/([A-Za-z0-9_-]{20,200})$/;

export function SignInCover() {
  const needed = useSessionNeeded();
  const [location, go] = useHashLocation();
  const held = useHeldPage();
  const token = linkPath.exec(location)?.[1];
  const live = useLiveState() === 'live';
  // Who follows a link while signed in has no use for it; it stays good for another browser. What this browser keeps of a
  // session may be of one that is over, so that only an answer tells.
  const spent = !needed && live && token !== undefined;
  useEffect(() => {
    if (spent) go(held, { replace: true });
  }, [spent, go, held]);
  // Dialogs lie beside the pages in the document and are hidden like them.
  useEffect(() => {
    document.body.classList.toggle('kh-covered', needed);
  }, [needed]);
  if (!needed) return null;
  return (
    <main className="kh-cover">
      <Stack gap="md" maw={420} mx="auto" mt="14vh">
        <Brand />
        <Text component="h1" fw={650} size="lg">
          {texts.title}
        </Text>
        {token ? <WithLink token={token} /> : <WithoutLink />}
      </Stack>
    </main>
  );
}

function WithLink({ token }: { readonly token: string }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  const { session } = useApi();
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: () => session.signIn(token),
    meta: { quiet: true },
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <Text c="dimmed">{texts.linkHere}</Text>
      {signIn.error && (
        <Text c="var(--kh-bad)" role="alert">
          {signIn.error.message}
        </Text>
      )}
      {!signIn.error && (
        <Button ref={button} onClick={() => signIn.mutate()} loading={signIn.isPending}>
          {texts.signIn}
        </Button>
      )}
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
