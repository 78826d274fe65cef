// The habits of conf that electron/settings builds on: an update of conf that changes one of them fails here.

import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openConfStore } from '../../../electron/serve/conf-store.ts';
import { settingsFolder } from './fixtures/open-folder.ts';

test('opening writes nothing', () => {
  const content = '{"version":10,"x.y":{"a":1},"server.port":"bad"}\n';
  const { dir, text } = settingsFolder(content);
  expect(openConfStore(dir).store).toEqual({ version: 10, 'x.y': { a: 1 }, 'server.port': 'bad' });
  expect(text()).toBe(content);

  const empty = settingsFolder();
  expect(openConfStore(empty.dir).store).toEqual({});
  expect(existsSync(empty.file)).toBe(false);
});

test('a dot in a name is a dot, and unknown names are kept', () => {
  const { dir, json } = settingsFolder({ kept: [1] });
  const store = openConfStore(dir);
  store.set('server.port', 1300);
  store.set('server.hosts', ['::1']);
  store.delete('server.hosts');
  expect(json()).toEqual({ kept: [1], 'server.port': 1300 });
});

test.skipIf(process.platform === 'win32')('the file is readable by its owner only', () => {
  const { dir, file } = settingsFolder();
  openConfStore(dir).set('server.port', 1300);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('throws on a file that is not JSON, which is why the file is looked at before', () => {
  const { dir, text } = settingsFolder('{ half');
  expect(() => openConfStore(dir)).toThrow(SyntaxError);
  expect(text()).toBe('{ half');
});
