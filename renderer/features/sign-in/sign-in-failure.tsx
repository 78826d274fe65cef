// Why a sign-in did not work, in words that tell people what to do, with the seconds counted down where they have to wait.

import { Text } from '@mantine/core';
import { useState } from 'react';
import { KeyhatchError } from '../../../shared/errors.ts';
import { signInTexts as texts } from '../../texts/sign-in-texts.ts';
import { formatLength } from '../../ui/format.ts';
import { useNow } from '../../ui/moment.tsx';

/** Whether it is this error of the catalogue. */
export function isError(error: unknown, code: KeyhatchError['code']): boolean {
  return error instanceof KeyhatchError && error.code === code;
}

type SignInFailureProps = {
  readonly error: Error;
  /** What to say where what was given is wrong. */
  readonly wrong?: string;
};

export function SignInFailure({ error, wrong = texts.failed }: SignInFailureProps) {
  const seconds = error instanceof KeyhatchError && error.code === 'sign_in_blocked' && error.details['seconds'];
  if (typeof seconds === 'number') return <Blocked key={String(error)} seconds={seconds} />;
  return (
    <Text size="sm" c="var(--kh-bad)" role="alert">
      {isError(error, 'sign_in_failed') ? wrong : error.message}
    </Text>
  );
}

function Blocked({ seconds }: { readonly seconds: number }) {
  const [until] = useState(() => Date.now() + seconds * 1000);
  const leftMs = until - useNow(1000);
  // Said aloud once: a number that is told every second would drown everything else.
  return (
    <>
      <Text size="sm" c="var(--kh-bad)" aria-hidden="true">
        {leftMs > 0 ? texts.blocked(formatLength(Math.max(1000, leftMs))) : texts.blockedOver}
      </Text>
      <span className="kh-unseen" role="alert">
        {texts.blocked(formatLength(seconds * 1000))}
      </span>
    </>
  );
}
