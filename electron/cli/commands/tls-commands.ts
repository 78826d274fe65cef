// `keyhatch tls …`: which certificate the server shows, the authority that clients have to trust, and bringing one's own
// certificate along. A private key comes in a file, never as an argument, and is never printed.

import type { TlsView } from '../../../shared/tls-model.ts';
import { CommandFailed, UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, type Session } from '../command.ts';
import { readFileText } from '../file-text.ts';
import { type Output, visible } from '../output.ts';

const status = defineCommand({
  name: 'tls status',
  words: [],
  about: 'Show how connections are encrypted, and the fingerprint of the certificate.',
  flags: {},
  prepare: () => async (session) => tell(session, session.client.tls.get()),
});

const authority = defineCommand({
  name: 'tls ca',
  words: [],
  about: 'Print the authority that clients have to trust, as PEM; made if there is none yet.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const now = await client.tls.get();
      const { source, caPem, caFingerprint } =
        now.source === 'own' && now.caPem === null ? await client.tls.renew() : now;
      if (caPem === null)
        throw new CommandFailed(
          `The certificate ${source === 'pem' ? 'was brought along' : 'is missing'}, so there is no authority of Keyhatch’s own.`,
        );
      out.answer({ pem: caPem, fingerprint: caFingerprint }, () => caPem.trimEnd());
      if (!out.json) out.note(`SHA-256 ${caFingerprint}. Compare it where you install it.`);
    },
});

const usePem = defineCommand({
  name: 'tls use-pem',
  words: [],
  about: 'Serve with a certificate of your own instead.',
  flags: {
    certificate: { value: 'FILE', about: 'The certificate as PEM, with those that signed it below.' },
    key: { value: 'FILE', about: 'Its private key as PEM, without a passphrase.' },
  },
  prepare({ flags }) {
    const [certificate, key] = [flags.text('certificate'), flags.text('key')];
    if (certificate === undefined || key === undefined)
      throw new UsageError('Name both: --certificate FILE --key FILE.');
    return async (session) => {
      const pair = { certificate: await readFileText(certificate), key: await readFileText(key) };
      await tell(session, session.client.tls.usePem(pair));
    };
  },
});

const useOwn = defineCommand({
  name: 'tls use-own',
  words: [],
  about: 'Go back to the certificate that Keyhatch makes itself.',
  flags: {},
  prepare: () => async (session) => tell(session, session.client.tls.useOwn()),
});

const renew = defineCommand({
  name: 'tls renew',
  words: [],
  about: 'Make a new certificate by the same authority. This happens by itself in time.',
  flags: {},
  prepare: () => async (session) => tell(session, session.client.tls.renew()),
});

const newAuthority = defineCommand({
  name: 'tls new-authority',
  words: [],
  about: 'Make a new authority. Every client has to be told to trust it.',
  flags: { yes: { about: 'Do not ask first.' } },
  prepare:
    ({ flags }) =>
    async (session) => {
      if (!flags.on('yes')) {
        await session.input.confirm(
          'Every client that trusts the present authority has to be given the new one. Go on?',
        );
      }
      await tell(session, session.client.tls.newAuthority());
    },
});

export const tlsCommands: readonly Command[] = [status, authority, usePem, useOwn, renew, newAuthority];

async function tell({ out }: Session, answer: Promise<TlsView>): Promise<void> {
  const view = await answer;
  out.answer(view, () => viewText(view, out));
}

const modes: Readonly<Record<TlsView['mode'], string>> = {
  off: 'off: plain HTTP alone',
  both: 'HTTPS and HTTP on the same port',
  only: 'HTTPS alone for other machines',
};

function viewText(view: TlsView, { paint, when }: Output): string {
  const mode = `${modes[view.mode]}${view.choice === 'auto' ? ' (tls.mode is auto)' : ''}`;
  const rows: readonly (readonly [string, string | null])[] = [
    ['Encryption', mode],
    ['Problem', view.problem],
    [
      'Certificate',
      view.fingerprint === null ? 'none yet' : view.source === 'own' ? 'Keyhatch’s own' : 'brought along',
    ],
    ['Names', view.names.length === 0 ? null : view.names.join(', ')],
    ['Left out', view.missing.length === 0 ? null : view.missing.join(', ')],
    ['Ends', view.expiresAt === null ? null : when(view.expiresAt, '')],
    ['SHA-256', view.fingerprint],
    ['Authority', view.caFingerprint],
    ['', view.caExpiresAt === null ? null : `ends ${when(view.caExpiresAt, '')}`],
  ];
  return rows
    .flatMap(([name, text]) => (text === null ? [] : [`  ${paint('dim', name.padEnd(12))}${visible(text)}`]))
    .join('\n');
}
