// The rules of the exposure check about encryption: HTTP beyond this computer, and certificates that end. Pure, as the others.

import type { Exposure } from '../../shared/network-model.ts';
import type { ExposureFacts } from './exposure-rules.ts';

const dayMs = 86_400_000;
/** One of our own is renewed before this; one of the owner's takes a person. */
const soonDays = 14;

export function unencryptedRule({ tls, reached, secondPort }: ExposureFacts): Exposure[] {
  if (tls === undefined || reached.length + secondPort.length === 0) return [];
  if (tls.mode === 'only') return [finding('good', 'unencrypted', 'Other devices come in over HTTPS alone.', null)];
  if (tls.mode === 'both') {
    const says =
      'HTTPS is on, and other devices may still come in over plain HTTP, where a key can be read on the way.';
    const cure = 'Once your clients use https://: keyhatch settings set tls.mode only';
    return [finding('warning', 'http-beside-https', says, cure)];
  }
  const says = 'What other devices send travels unencrypted: somebody on the same network can read keys and prompts.';
  return [finding('warning', 'unencrypted', says, 'Switch HTTPS on: keyhatch settings set tls.mode both')];
}

export function certificateRule({ tls, nowMs }: ExposureFacts): Exposure[] {
  if (tls === undefined || tls.mode === 'off' || tls.expiresAt === null) return [];
  const leftDays = Math.floor((tls.expiresAt - nowMs) / dayMs);
  const cure =
    tls.source === 'own'
      ? 'Keyhatch renews it by itself. If this stays, look into the log and start Keyhatch anew.'
      : 'Put a new one in the place of yours.';
  if (tls.expiresAt <= nowMs)
    return [
      {
        ...finding('bad', 'certificate-ended', 'The certificate has ended, so HTTPS clients turn away.', cure),
        byItself: true,
      },
    ];
  if (leftDays >= soonDays)
    return [finding('good', 'certificate', `The certificate is good for ${leftDays} days.`, null)];
  const says =
    leftDays < 1
      ? 'The certificate ends within a day.'
      : `The certificate ends in ${leftDays === 1 ? '1 day' : `${leftDays} days`}.`;
  return [{ ...finding('warning', 'certificate-ends', says, cure), byItself: true }];
}

function finding(result: Exposure['result'], id: string, says: string, cure: string | null): Exposure {
  return {
    id,
    check: id.startsWith('certificate') ? 'certificate' : 'encryption',
    result,
    says,
    cure,
    byItself: false,
  };
}
