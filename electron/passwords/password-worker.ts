// What runs in a thread that hashes passwords: one after the other, as they are sent. An entry of its own in the build;
// starts when it is loaded, which nothing else does.

import { parentPort } from 'node:worker_threads';
import { hashPassword, isPassword } from './password-hash.ts';
import type { PasswordAnswer, PasswordJob } from './password-threads.ts';

async function answerTo(job: PasswordJob): Promise<PasswordAnswer> {
  try {
    const { password, hash } = job;
    return { result: hash === undefined ? await hashPassword(password) : await isPassword(password, hash) };
  } catch {
    // Whatever it says may quote what it was given.
    return { failed: true };
  }
}

parentPort?.on('message', (job: PasswordJob) => {
  void answerTo(job).then((answer) => parentPort?.postMessage(answer));
});
