// Covers the page while this browser may not ask anything, and gives it back as it was once it may again: what lies
// underneath stays in place, with everything that was typed. The token of a link stays in the address's fragment until a
// person presses the button, so that nothing that merely looks at links uses it up.

import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { useHashLocation } from '../../api/hash-location.ts';
import { signInTexts as texts } from '../../texts/sign-in-texts.ts';
import { needsAccount } from '../account/first-account.ts';
import { CoverFrame } from './cover-frame.tsx';
import { useHeldPage } from './page-router.tsx';
import { SignInFailure } from './sign-in-failure.tsx';
import { type Cover, useCover, useSpareLink } from './use-cover.ts';

const WithoutLink = lazy(() => import('./without-link.tsx').then(({ WithoutLink: part }) => ({ default: part })));
const AcceptInvite = lazy(() => import('./accept-invite.tsx').then(({ AcceptInvite: page }) => ({ default: page })));
const OwedAuthenticator = lazy(() =>
  import('../account/owed-authenticator.tsx').then(({ OwedAuthenticator: page }) => ({ default: page })),
);
const FirstAccount = lazy(() =>
  import('../account/first-account-page.tsx').then(({ FirstAccountPage: page }) => ({ default: page })),
);

export function SignInCover() {
  const cover = useCover();
  const spare = useSpareLink();
  const held = useHeldPage();
  const [, go] = useHashLocation();
  // Who has just come in by a link is asked once for a name and a password; no page shows before that is decided.
  const [asking, setAsking] = useState<Asking>('no');
  const covered = cover !== undefined || asking !== 'no';
  useEffect(() => {
    if (spare) go(held, { replace: true });
  }, [spare, go, held]);
  // Pages and dialogs stay in the document, and are hidden.
  useLayoutEffect(() => {
    document.body.classList.toggle('kh-covered', covered);
  }, [covered]);
  if (!covered) return null;
  return (
    <Suspense fallback={null}>
      {cover ? (
        <Shown cover={cover} decide={setAsking} leave={() => go('/', { replace: true })} />
      ) : (
        asking === 'yes' && <FirstAccount onDone={() => setAsking('no')} />
      )}
    </Suspense>
  );
}

type Asking = 'no' | 'deciding' | 'yes';
type Decide = (asking: Asking) => void;
type ShownProps = { readonly cover: Cover; readonly decide: Decide; readonly leave: () => void };

function Shown({ cover, decide, leave }: ShownProps) {
  switch (cover.kind) {
    case 'invite':
      return <AcceptInvite key={cover.token} token={cover.token} leave={leave} />;
    case 'authenticator':
      return <OwedAuthenticator />;
    case 'sign-in':
      return (
        <CoverFrame title={texts.title}>
          {cover.token ? <WithLink key={cover.token} token={cover.token} decide={decide} /> : <WithoutLink />}
        </CoverFrame>
      );
  }
}

function WithLink({ token, decide }: { readonly token: string; readonly decide: Decide }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  const { client, session } = useApi();
  const queries = useQueryClient();
  const signIn = useMutation({
    async mutationFn() {
      decide('deciding');
      let asks = false;
      try {
        const own = await session.signIn({ token });
        // Whoever is in the first steps is not stopped on the way; a reminder stands there.
        asks = own !== undefined && needsAccount(own) && (await client.keys.list()).length > 0;
      } finally {
        decide(asks ? 'yes' : 'no');
      }
    },
    meta: { quiet: true },
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <Text c="dimmed">{texts.linkHere}</Text>
      {signIn.error && <SignInFailure error={signIn.error} />}
      {!signIn.error && (
        <Button ref={button} onClick={() => signIn.mutate()} loading={signIn.isPending}>
          {texts.signIn}
        </Button>
      )}
      {signIn.error && <WithoutLink />}
    </>
  );
}
