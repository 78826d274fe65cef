// Which integration tests are run over plain HTTP alone, and why: with KEYHATCH_TEST_TLS=1 all others speak HTTPS to the
// gateway. Read by vitest.config.ts.

type LeftOut = { readonly files: readonly string[]; readonly why: string };

const leftOut: readonly LeftOut[] = [
  {
    why: 'It is about switching encryption on, and begins without.',
    files: ['serve/encryption'],
  },
  {
    why: 'It speaks to the dashboard alone, which is never encrypted on this computer, and is by itself elsewhere.',
    files: [
      'attacks/privilege-steps',
      'contract/three-transports',
      'dashboard/foreign-pages',
      'dashboard/leftover-worker',
      'dashboard/other-machines',
      'dashboard/pages',
      'dashboard/sessions',
      'dashboard/sign-in',
      'network/dashboard-addresses',
      'people/authenticator',
      'people/invites',
      'people/key-guards',
      'people/owner-account',
      'people/password-races',
      'people/who-it-was',
    ],
  },
  {
    why: 'It asks further loopback addresses over HTTP, to see which of them are listened on.',
    files: ['network/changing-addresses'],
  },
  {
    why: 'It starts the program without the fakes that turn it to HTTPS: packed, under a load that measures, in the app.',
    files: ['desktop/desktop-app', 'package/npm-package', 'serve/ledger-proof'],
  },
  {
    why: 'It counts the entries of the audit log, to which an encrypted server adds those of its certificate.',
    files: ['projects/audit-log', 'projects/history'],
  },
  {
    why: 'Its vault is locked, in which the key of the certificate lies: clients find such a gateway by HTTP alone.',
    files: ['serve/vault-file'],
  },
  {
    why: 'No client of the gateway is in it.',
    files: ['attacks/equal-work', 'desktop/session-bus', 'package/desktop-package', 'vault/keychain'],
  },
];

export const plainOnly: readonly string[] = leftOut.flatMap(({ files }) =>
  files.map((file) => `test/integration/${file}.test.ts`),
);
