// `keyhatch capture …`: keep what is said with a key for a while, see for which keys that is so, end it, and wipe what is
// kept. What was said is not shown here: that is the window's.

import {
  type CaptureMark,
  type CaptureState,
  captureDefaultMs,
  captureLongestMs,
} from '../../../shared/capture-model.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord } from '../command.ts';
import { parseDuration } from '../flag-values.ts';
import { type Output, visible } from '../output.ts';
import { textPairs } from '../text-table.ts';

const start = defineCommand({
  name: 'capture start',
  words: ['ID|NAME'],
  about: 'Keep prompts and answers of a key, encrypted, for a while.',
  flags: { for: { value: '1h', about: 'For how long, 7d at most. 1h unless told.' } },
  prepare(invocation) {
    const text = invocation.flags.text('for');
    const forMs = text === undefined ? captureDefaultMs : parseDuration('--for', text);
    if (forMs < 1_000 || forMs > captureLongestMs) throw new UsageError(`--for takes 1s to 7d, not "${text}".`);
    return async ({ client, out }) => {
      const state = await client.capture.start({ ref: onlyWord(invocation), forMs });
      out.answer(state, () => captureText(state, out));
    };
  },
});

const stop = defineCommand({
  name: 'capture stop',
  words: ['ID|NAME'],
  about: 'Stop keeping prompts and answers of a key; what is kept stays.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const state = await client.capture.stop({ ref: onlyWord(invocation) });
      out.answer(state, () => captureText(state, out));
    },
});

const status = defineCommand({
  name: 'capture status',
  words: [],
  about: 'Which keys are being captured, and how much is kept.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const state = await client.capture.list();
      out.answer(state, () => captureText(state, out));
    },
});

const wipe = defineCommand({
  name: 'capture wipe',
  words: [],
  about: 'Destroy all captured prompts and answers, and the key that opens them.',
  flags: { yes: { short: 'y', about: 'Do not ask.' } },
  prepare:
    ({ flags }) =>
    async ({ client, out, input }) => {
      if (!flags.on('yes')) {
        await input.confirm('Capture ends for every key, and what was captured can never be read again. Go on?');
      }
      const wiped = await client.capture.wipe();
      const { requests } = wiped;
      out.answer(wiped, () => `Wiped what ${requests} captured request${requests === 1 ? '' : 's'} said.`);
    },
});

/** What must be seen while it is on; no line when it is not. */
export function capturingLines({ on, problem }: CaptureMark, { paint, when }: Output): readonly string[] {
  const lines = on.map(({ keyName, until }) =>
    paint('red', `● Capturing prompts and answers of ${visible(keyName)}, ends ${when(until, '')}`),
  );
  return problem === null ? lines : [...lines, paint('yellow', `! ${visible(problem)}`)];
}

function captureText(state: CaptureState, out: Output): string {
  const { on, requests, keptBytes, maxBytes, retentionDays } = state;
  const lines = on.length === 0 ? ['No key is being captured.'] : capturingLines(state, out);
  const pairs = [
    ['Kept', `${requests.toLocaleString('en-US')} request${requests === 1 ? '' : 's'}, ${sizeText(keptBytes)}`],
    ['At most', `${sizeText(maxBytes)}, ${retentionDays} day${retentionDays === 1 ? '' : 's'}`],
  ] as const;
  return [...lines, textPairs([...pairs])].join('\n');
}

const kibi = 1024;
const sizeText = (sizeBytes: number) =>
  sizeBytes < kibi * kibi ? `${Math.ceil(sizeBytes / kibi)} KiB` : `${(sizeBytes / kibi / kibi).toFixed(1)} MiB`;

export const captureCommands: readonly Command[] = [start, stop, status, wipe];
