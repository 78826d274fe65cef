// Works passwords out as the real thread does, but waits with a new one that says so, until the test lets it go.

import { BroadcastChannel, parentPort } from 'node:worker_threads';
import { hashPassword, isPassword } from '../../electron/passwords/password-hash.ts';
import type { PasswordJob } from '../../electron/passwords/password-threads.ts';

const channel = new BroadcastChannel('held passwords');
channel.unref();

async function letGo(): Promise<void> {
  const gone = new Promise((resolve) => {
    channel.onmessage = ({ data }: { data: unknown }) => data === 'go' && resolve(data);
  });
  channel.postMessage('held');
  await gone;
}

parentPort?.on('message', async ({ password, hash }: PasswordJob) => {
  if (hash === undefined && password.startsWith('wait: ')) await letGo();
  parentPort?.postMessage({ result: await (hash === undefined ? hashPassword(password) : isPassword(password, hash)) });
});
