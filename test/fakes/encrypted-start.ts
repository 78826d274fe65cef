// How the fakes that start Keyhatch turn it to HTTPS where the tests run over it (see over-tls.ts), so that no test has to
// know: the profile is told before it starts, and clients are sent to its encrypted port, trusting its authority.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { bareHost } from '../../electron/lib/bare-host.ts';
import { settingsVersion } from '../../shared/settings.ts';
import { isOverTls, trust } from './over-tls.ts';

const pauseMs = 20;

/** Settings that a test has made itself are kept, and what is no JSON is left to the program to refuse. */
export async function encryptFromNextStart(dataDir: string): Promise<void> {
  if (!isOverTls) return;
  const file = join(dataDir, 'settings.json');
  const text = await readFile(file, 'utf8').catch(() => JSON.stringify({ version: settingsVersion }));
  if (!isJson(text)) return;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const settings = { 'tls.mode': 'both', ...(JSON.parse(text) as object) };
  await writeFile(file, `${JSON.stringify(settings, undefined, '\t')}\n`, { mode: 0o600 });
}

/**
 * Where clients go, once it is open there. Plain as long as the vault is locked: the key of the certificate lies in it, so
 * that this is how clients find such a gateway.
 */
export async function clientsUrl(plainUrl: string): Promise<string> {
  if (!isOverTls) return plainUrl;
  while (!(await takesHandshakes(plainUrl))) {
    const { status } = JSON.parse(await textOf(`${plainUrl}/health`)) as { readonly status: string };
    if (status === 'locked') return plainUrl;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  // Only now, because what is asked for before it is there stands in the usage report.
  trust(await textOf(`${plainUrl}/keyhatch-ca.pem`));
  return plainUrl.replace('http:', 'https:');
}

/** Whoever has the certificate made: that is for the clients to look at. */
function takesHandshakes(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: bareHost(hostname), port: Number(port), rejectUnauthorized: false }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => resolve(false)).on('close', () => resolve(false));
  });
}

/** Over a connection of its own, which is gone afterwards. */
async function textOf(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return await response.text();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
