// What a window, a browser or the tray is told as it happens. One stream carries all of it.

import * as z from 'zod';
import { keyFacts, settingView, status } from './model.ts';
import { projectFacts } from './project-model.ts';
import { runningRequest } from './running-model.ts';
import { requestView } from './usage-model.ts';

/**
 * What happened, with the whole new value of the noun it happened to. Each stream begins with `ready`: whoever hears it
 * may have missed something and asks anew. `beat` comes every ten seconds, so that a dead connection is noticed.
 */
export const change = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('beat') }),
  z.object({ type: z.literal('status'), status }),
  z.object({ type: z.literal('key'), key: keyFacts }),
  z.object({ type: z.literal('key_deleted'), id: z.string() }),
  z.object({ type: z.literal('project'), project: projectFacts }),
  z.object({ type: z.literal('project_deleted'), id: z.string() }),
  z.object({ type: z.literal('setting'), setting: settingView }),
  /** Another one is shown, or one came to be: whoever shows it asks anew. */
  z.object({ type: z.literal('certificate') }),
  /** What ended since the last such event, oldest first, at most once a second; the newest 200 where there were more. */
  z.object({ type: z.literal('requests'), requests: z.array(requestView) }),
  /** All that run now, newest first, looked at every second. */
  z.object({ type: z.literal('running'), running: z.array(runningRequest) }),
]);
export type Change = z.infer<typeof change>;
