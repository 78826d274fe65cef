// `npm run bench:crash`: kills the built program fifty times under load (or as often as is said) and tells whether any
// limit, budget or status was looser afterwards. Ends with 1 if one was.

import { runCrashRounds } from '../test/fakes/crash-rounds.ts';
import { startFakeUpstream } from '../test/fakes/fake-upstream.ts';
import { makeProfile } from '../test/fakes/keyhatch-process.ts';

const rounds = Number(process.argv[2] ?? 50);
const upstream = await startFakeUpstream();
const profile = await makeProfile();
const startedAt = performance.now();
try {
  const start = () => profile.start({ args: ['--upstream', upstream.url] });
  const { answered, looser, lostShare } = await runCrashRounds({ profile, start, rounds });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(`${rounds} crashes in ${seconds} s, ${answered} requests answered.\n`);
  process.stdout.write(`Lost of the day's budget over all of them: ${(lostShare * 100).toFixed(2)} %.\n`);
  for (const line of looser) process.stdout.write(`LOOSER: ${line}\n`);
  if (looser.length === 0) process.stdout.write('No limit, budget or status was looser than before.\n');
  else process.exitCode = 1;
} finally {
  await profile.remove();
  await upstream.close();
}
