// Under which address the dashboard answers, and to pages of which origin. One case a rule.

import { describe, expect, test } from 'vitest';
import { checkOwnNames, checkOwnPage, refusePages } from '../../../electron/dashboard/same-origin.ts';

const head = (headers: Record<string, string[]>) => ({ headers: {}, headersDistinct: headers });

const verdict = (check: typeof checkOwnNames, headers: Record<string, string[]>, port = 1236) => {
  try {
    check(head(headers), port);
    return 'good';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('its own names', () => {
  const cases: readonly [string, Record<string, string[]>, string][] = [
    ['the address', { host: ['127.0.0.1:1236'] }, 'good'],
    ['localhost, which may be the address of IPv6', { host: ['localhost:1236'] }, 'dashboard_host_refused'],
    ['the address of IPv6, where the port may be another’s', { host: ['[::1]:1236'] }, 'dashboard_host_refused'],
    [
      'localhost with its own origin',
      { host: ['localhost:1236'], origin: ['http://localhost:1236'] },
      'dashboard_host_refused',
    ],
    ['no Host', {}, 'dashboard_host_refused'],
    ['two Hosts', { host: ['127.0.0.1:1236', 'evil.example'] }, 'dashboard_host_refused'],
    ['another name (DNS rebinding)', { host: ['evil.example:1236'] }, 'dashboard_host_refused'],
    ['a name that begins like ours', { host: ['localhost.evil.example:1236'] }, 'dashboard_host_refused'],
    ['another loopback address', { host: ['127.0.0.2:1236'] }, 'dashboard_host_refused'],
    ['every address', { host: ['0.0.0.0:1236'] }, 'dashboard_host_refused'],
    ['another port', { host: ['127.0.0.1:1235'] }, 'dashboard_host_refused'],
    ['no port', { host: ['127.0.0.1'] }, 'dashboard_host_refused'],
    ['its own origin', { host: ['127.0.0.1:1236'], origin: ['http://127.0.0.1:1236'] }, 'good'],
    ['a page of IPv6', { host: ['127.0.0.1:1236'], origin: ['http://[::1]:1236'] }, 'dashboard_page_refused'],
    ['a page of localhost', { host: ['127.0.0.1:1236'], origin: ['http://localhost:1236'] }, 'dashboard_page_refused'],
    ['another port', { host: ['127.0.0.1:1236'], origin: ['http://127.0.0.1:3000'] }, 'dashboard_page_refused'],
    ['another scheme', { host: ['127.0.0.1:1236'], origin: ['https://127.0.0.1:1236'] }, 'dashboard_page_refused'],
    ['a foreign page', { host: ['127.0.0.1:1236'], origin: ['https://evil.example'] }, 'dashboard_page_refused'],
    ['a page without an origin', { host: ['127.0.0.1:1236'], origin: ['null'] }, 'dashboard_page_refused'],
    [
      'two origins',
      { host: ['127.0.0.1:1236'], origin: ['http://127.0.0.1:1236', 'https://evil.example'] },
      'dashboard_page_refused',
    ],
  ];
  test.each(cases)('%s: %j is %s', (_name, headers, expected) => {
    expect(verdict(checkOwnNames, headers)).toBe(expected);
  });

  test('on port 80 browsers leave the port out', () => {
    expect(verdict(checkOwnNames, { host: ['127.0.0.1'], origin: ['http://127.0.0.1'] }, 80)).toBe('good');
    expect(verdict(checkOwnNames, { host: ['localhost'] }, 80)).toBe('dashboard_host_refused');
    expect(verdict(checkOwnNames, { host: ['evil.example'] }, 80)).toBe('dashboard_host_refused');
  });
});

describe('its own pages', () => {
  test.each([
    [[], 'good'],
    [['same-origin'], 'good'],
    [['none'], 'good'],
    [['same-site'], 'dashboard_page_refused'],
    [['cross-site'], 'dashboard_page_refused'],
    [['same-origin', 'cross-site'], 'dashboard_page_refused'],
    [['whatever comes next'], 'dashboard_page_refused'],
  ])('Sec-Fetch-Site %j is %s', (sites, expected) => {
    expect(verdict(checkOwnPage, sites.length === 0 ? {} : { 'sec-fetch-site': sites })).toBe(expected);
  });
});

describe('where only programs ask', () => {
  // As Chromium and Node were seen to send them.
  test.each([
    ['a program that says nothing of itself', {}, 'good'],
    ['the fetch of Node', { 'sec-fetch-mode': 'cors' }, 'good'],
    ['a link', marks('none', 'navigate', 'document', { 'sec-fetch-user': '?1' }), 'dashboard_page_refused'],
    ['a picture', marks('cross-site', 'no-cors', 'image'), 'dashboard_page_refused'],
    ['a script of our own page', marks('same-origin', 'no-cors', 'script'), 'dashboard_page_refused'],
    ['a fetch of our own page', marks('same-origin', 'cors', 'empty'), 'dashboard_page_refused'],
    ['a fetch that asks no leave', marks('cross-site', 'no-cors', 'empty'), 'dashboard_page_refused'],
    ['a worker', marks('same-origin', 'same-origin', 'worker'), 'dashboard_page_refused'],
    ['a beacon', marks('same-site', 'no-cors', 'empty', { origin: 'http://127.0.0.1:3000' }), 'dashboard_page_refused'],
    ['an origin alone', { origin: 'null' }, 'dashboard_page_refused'],
    ['what it is for alone', { 'sec-fetch-dest': 'empty' }, 'dashboard_page_refused'],
    ['a mark that comes next', { 'sec-fetch-mode': 'cors', 'sec-fetch-else': '1' }, 'dashboard_page_refused'],
  ])('%s: %j is %s', (_name, headers, expected) => {
    const check = () => refusePages({ headers, headersDistinct: {} }, 1236);
    if (expected === 'good') expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: expected }));
  });
});

function marks(site: string, mode: string, dest: string, more: Record<string, string> = {}): Record<string, string> {
  return { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest, ...more };
}
