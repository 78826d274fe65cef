// The desktop app on real Electron, for the specs: started on a profile whose vault and settings were made before, so that
// nobody's keychain and nobody's port is touched.

import { resolve } from 'node:path';
import { _electron } from '@playwright/test';
import { freePort } from '../fakes/free-port.ts';
import { callsTo, type Profile } from '../fakes/keyhatch-process.ts';
import type { Subject } from './fixture.ts';

const root = resolve(import.meta.dirname, '../..');

export async function startDesktopSubject(profile: Profile): Promise<Subject> {
  const port = await freePort();
  // The vault in which a profile's keys lie is remembered by it; this makes it the sealed file.
  const { id } = await profile.createKey('--name', 'made before');
  await profile.json(['keys', 'delete', id]);
  await profile.json(['settings', 'set', 'server.port', String(port)]);
  const electron = await _electron.launch({
    args: [root, `--user-data-dir=${profile.dataDir}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: { ...withoutUndefined(process.env), KEYHATCH_VAULT_KEY_FILE: profile.keyFile },
  });
  const window = await electron.firstWindow();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    saidUrl: url,
    pages: 'app://keyhatch',
    link: '',
    desktop: { electron, window },
    cli: profile.cli,
    json: profile.json,
    createKey: profile.createKey,
    ...callsTo(url),
  };
}

function withoutUndefined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
