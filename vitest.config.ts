// The test suites by what they need: `unit` and `architecture` nothing, `integration` the built program and, for the
// keychain, a session of its own (test/run.ts gives it one), `machines` the program and the right to make networks.

import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { isOverTls } from './test/fakes/over-tls.ts';
import { plainOnly } from './test/plain-only.ts';

// What is polled for may take its time on a busy machine; one second, the runner's own, is too short for that.
const suite = (name: string, more: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
    ...more,
  },
});

export default defineConfig({
  root: import.meta.dirname,
  test: {
    // Most tests wait for processes and sockets: on two cores one worker, the runner's own number, leaves both half idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      suite('architecture'),
      suite('unit'),
      // A shared machine can starve a process for a minute: under CI a test gets a second try, and is told as such.
      suite('integration', {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        exclude: [...configDefaults.exclude, ...(isOverTls ? plainOnly : [])],
        retry: process.env['CI'] === 'true' ? 1 : 0,
      }),
      suite('machines', { testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false }),
    ],
  },
});
