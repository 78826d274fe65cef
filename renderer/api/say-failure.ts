// Says why a change did not happen. Success needs no words: it shows in what changes on screen.

import { notifications } from '@mantine/notifications';
import { KeyhatchError } from '../../shared/errors.ts';
import { commonTexts as texts } from '../texts/common-texts.ts';

const answeredElsewhere: ReadonlySet<string> = new Set(['confirmation_needed', 'proof_required', 'session_required']);

export function sayFailure(
  error: unknown,
  _input: unknown,
  _result: unknown,
  mutation: { readonly meta?: { readonly quiet?: unknown } | undefined },
): void {
  if (mutation.meta?.quiet) return;
  // Asked about where it happened, left unproved on purpose, or shown by the sign-in that covers the page.
  if (error instanceof KeyhatchError && answeredElsewhere.has(error.code)) return;
  notifications.show({
    color: 'red',
    title: texts.notWorked,
    message: error instanceof Error ? error.message : String(error),
    autoClose: 8_000,
  });
}
