import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { addressText, parseUpstreamAddress, upstreamEndpoint } from '../../../electron/upstream/upstream-address.ts';
import { KeyhatchError } from '../../../shared/errors.ts';

const parse = (text: string, confirmed = false, own: { host: string; port: number }[] = []) =>
  addressText(parseUpstreamAddress(text, { confirmed, ownAddresses: own }));

function failure(work: () => unknown): { code: string; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof KeyhatchError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('accepts what people paste', () => {
  test.each([
    ['http://127.0.0.1:1234', 'http://127.0.0.1:1234'],
    ['  http://localhost:1234/v1/  ', 'http://localhost:1234'],
    ['http://localhost:1234/v1/chat/completions', 'http://localhost:1234'],
    ['localhost:1234', 'http://localhost:1234'],
    ['LOCALHOST.:1234/v1', 'http://localhost:1234'],
    [':1234', 'http://127.0.0.1:1234'],
    [':1234/v1', 'http://127.0.0.1:1234'],
    ['1234', 'http://127.0.0.1:1234'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['::1', 'http://[::1]'],
    ['https://localhost:8443/', 'https://localhost:8443'],
    ['http://127.0.0.1:11434/api/chat', 'http://127.0.0.1:11434'],
    ['http://127.0.0.1:1234/api/v0/models', 'http://127.0.0.1:1234'],
    ['http://127.0.0.1:8000/api/v1', 'http://127.0.0.1:8000'],
    ['http://127.0.0.1:12434/engines/llama.cpp/v1', 'http://127.0.0.1:12434/engines/llama.cpp'],
    ['http://127.0.0.1:9000/proxy/lm', 'http://127.0.0.1:9000/proxy/lm'],
  ])('%s', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  test.each([
    ['http://2130706433:1234', 'http://127.0.0.1:1234'],
    ['http://0x7f.1:1234', 'http://127.0.0.1:1234'],
    ['http://127.1:1234', 'http://127.0.0.1:1234'],
    ['http://[::ffff:127.0.0.1]:1234', 'http://127.0.0.1:1234'],
    ['http://127.0.0.1.:1234', 'http://127.0.0.1:1234'],
  ])('odd spellings of this computer: %s', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  test('keeps a prefix of a server elsewhere, once confirmed', () => {
    expect(parse('https://openrouter.ai/api/v1', true)).toBe('https://openrouter.ai/api');
    expect(parse('http://192.168.1.20:1234/v1', true)).toBe('http://192.168.1.20:1234');
  });

  test('puts endpoints behind the prefix', () => {
    const url = parseUpstreamAddress('http://127.0.0.1:12434/engines/v1', { confirmed: false, ownAddresses: [] });
    expect(upstreamEndpoint(url, '/v1/models').href).toBe('http://127.0.0.1:12434/engines/v1/models');
  });
});

describe('refuses', () => {
  test.each([
    ['', 'empty'],
    ['ftp://127.0.0.1', 'http://'],
    ['file:///etc/passwd', 'http://'],
    ['javascript:alert(1)', 'http://'],
    ['http://user:pw@127.0.0.1:1234', 'credential'],
    ['http://127.0.0.1:1234/?a=1', '?'],
    ['http://127.0.0.1:1234/#x', '#'],
    ['http://127.0.0.1:1234\\@evil.example', 'backslashes'],
    ['http://127.0.0.1:12 34', 'spaces'],
    ['http://127.0.0.1:1234/a%2e%2e/b', 'characters'],
    ['http://127.0.0.1:1234/a//b', 'characters'],
    ['0', 'port'],
    ['99999', 'not an address'],
    ['http://', 'not an address'],
    ['http://0.0.0.0:1234', 'use 127.0.0.1'],
    ['http://0:1234', 'use 127.0.0.1'],
    ['http://[::]:1234', 'use 127.0.0.1'],
    ['http://169.254.169.254/latest', 'metadata'],
    ['http://2852039166/', 'metadata'],
    ['http://0xa9fea9fe/', 'metadata'],
    ['http://[::ffff:169.254.169.254]/', 'metadata'],
    ['http://[::ffff:a9fe:a9fe]/', 'metadata'],
    ['http://[64:ff9b::a9fe:a9fe]/', 'metadata'],
    ['http://[2002:a9fe:a9fe::1]/', 'metadata'],
    ['http://metadata.google.internal./', 'metadata'],
    ['http://METADATA.google.internal/', 'metadata'],
    ['http://[fd00:ec2::254]/', 'metadata'],
    ['http://100.100.100.200/', 'metadata'],
    ['http://169.254.7.7:1234', 'link-local'],
    ['http://[fe80::1]:1234', 'link-local'],
  ])('%s', (text, reason) => {
    const { code, message } = failure(() => parse(text, true));
    expect(code).toBe('upstream_address_refused');
    expect(message).toContain(reason);
  });

  test('another machine, until it is confirmed, and says what follows', () => {
    for (const text of [
      'http://192.168.1.20:1234',
      'nas.lan:11434',
      'https://api.example.com/v1',
      '[2001:db8::1]:80',
    ]) {
      expect(failure(() => parse(text)).code).toBe('confirmation_needed');
      expect(() => parse(text, true)).not.toThrow();
    }
    expect(failure(() => parse('http://192.168.1.20:1234')).message).toContain('192.168.1.20:1234, unencrypted');
    expect(failure(() => parse('https://api.example.com')).message).not.toContain('unencrypted');
  });

  test('names that only look like this computer', () => {
    for (const text of ['http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'http://128.0.0.1']) {
      expect(failure(() => parse(text)).code).toBe('confirmation_needed');
    }
  });
});

describe('refuses its own listeners', () => {
  const here = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const lan = here.find(({ internal, family }) => !internal && family === 'IPv4')?.address;

  const itself: readonly (readonly [string, string])[] = [
    ['http://127.0.0.1:1235', '127.0.0.1'],
    ['http://localhost:1235', '127.0.0.1'],
    ['http://[::ffff:127.0.0.1]:1235', '127.0.0.1'],
    ['http://localhost:1235', '::1'],
    ['http://127.0.0.1:1235', '0.0.0.0'],
    ['http://[::1]:1235', '::'],
    ['http://[::1]:1235', 'localhost'],
    ...(lan === undefined ? [] : [[`http://${lan}:1235`, '0.0.0.0'] as const]),
  ];
  test.each(itself)('%s when listening on %s', (text, host) => {
    const { code, message } = failure(() => parse(text, true, [{ host, port: 1235 }]));
    expect(code).toBe('upstream_address_refused');
    expect(message).toContain('itself');
  });

  test('but takes another port, and another address on the same port', () => {
    expect(parse('1236', false, [{ host: '0.0.0.0', port: 1235 }])).toBe('http://127.0.0.1:1236');
    expect(parse('http://[::1]:1235', false, [{ host: '127.0.0.1', port: 1235 }])).toBe('http://[::1]:1235');
    expect(parse('http://localhost', false, [{ host: '127.0.0.1', port: 1235 }])).toBe('http://localhost');
  });
});
