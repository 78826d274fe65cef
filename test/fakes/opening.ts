// What a test opens and has closed when it ends, last opened first.

import { onTestFinished } from 'vitest';

export async function opening<Opened extends { readonly close: () => unknown }>(
  begun: Opened | Promise<Opened>,
): Promise<Opened> {
  const opened = await begun;
  onTestFinished(async () => void (await opened.close()));
  return opened;
}
