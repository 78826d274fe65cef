// The flags of `keyhatch serve` as the typed object that serve is started with.

import { expect, test } from 'vitest';
import { keyhatch } from './captured-cli.ts';

test('serve-without-flags-leaves-everything-to-the-settings', async () => {
  const { code, served, reached } = await keyhatch(['serve']);
  expect({ code, reached }).toEqual({ code: 0, reached: [] });
  expect(served).toEqual([
    {
      dataDir: '/home/ada/.config/Keyhatch',
      port: undefined,
      hosts: undefined,
      upstreams: [],
      echo: 'off',
      vault: undefined,
      requireKey: undefined,
      localhostBypass: undefined,
      apiKey: undefined,
      dashboardPort: undefined,
      printLink: false,
      logFormat: 'pretty',
    },
  ]);
});

test('serve-passes-every-flag', async () => {
  const argv =
    'serve --port 0 --host 127.0.0.1 --host ::1 --upstream http://a --upstream http://b --echo --data-dir /p --vault file --require-key off --localhost-bypass on --api-key-file /run/key --dashboard-port off --print-link --log-format json';
  expect((await keyhatch(argv.split(' '))).served).toEqual([
    {
      dataDir: '/p',
      port: 0,
      hosts: ['127.0.0.1', '::1'],
      upstreams: ['http://a', 'http://b'],
      echo: 'on',
      vault: 'file',
      requireKey: false,
      localhostBypass: true,
      apiKey: { from: 'file', path: '/run/key' },
      dashboardPort: 'off',
      printLink: true,
      logFormat: 'json',
    },
  ]);
  expect((await keyhatch('serve --dashboard-port 0'.split(' '))).served[0]?.dashboardPort).toBe(0);
});

test('serve-knows-where-the-key-comes-from', async () => {
  const source = async (argv: string, env = {}) => (await keyhatch(argv.split(' '), { env })).served[0]?.apiKey;
  const env = { KEYHATCH_API_KEY: 'from-the-environment' };
  expect(await source('serve --api-key abc', env)).toEqual({ from: 'argument', value: 'abc' });
  expect(await source('serve --api-key-file -', env)).toEqual({ from: 'stdin' });
  expect(await source('serve', env)).toEqual({ from: 'environment', value: 'from-the-environment' });
  expect(await source('serve', { KEYHATCH_API_KEY: '' })).toBeUndefined();
});

test('serve-ends-with-the-code-it-is-given', async () => {
  expect((await keyhatch(['serve'], { io: { serve: async () => 1 } })).code).toBe(1);
});

test.each([
  ['serve --port 65536', '--port takes a whole number from 0 to 65535, not "65536".'],
  ['serve --port auto', '--port takes a whole number from 0 to 65535, not "auto".'],
  ['serve --prot 1', 'There is no option --prot here. Did you mean --port?'],
  ['serve --require-key yes', '--require-key is one of on, off, not "yes".'],
  ['serve --api-key a --api-key-file b', 'Give --api-key or --api-key-file, not both.'],
  ['serve --log-format jsn', '--log-format is one of pretty, json, not "jsn". Did you mean "json"?'],
  ['serve http://127.0.0.1:1234', 'serve takes options only, not "http://127.0.0.1:1234".'],
  ['serve --host=', '--host needs a value.'],
])('%s is wrong usage', async (argv, sentence) => {
  const { code, err, served } = await keyhatch(argv.split(' '));
  expect({ code, err, served }).toEqual({ code: 2, err: `${sentence} See: keyhatch help serve\n`, served: [] });
});
