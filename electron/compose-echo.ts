// The part of composing that opens the echo model, which stands in for a model server. Used by compose.ts alone.

import { randomBytes } from 'node:crypto';
import type { GivenUpstream } from './core/upstreams.ts';
import { startEchoUpstream } from './echo/echo-upstream.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import { addressText } from './upstream/upstream-address.ts';

export async function openEcho({
  lifetime,
  log,
}: {
  readonly lifetime: Lifetime;
  readonly log: Log;
}): Promise<GivenUpstream> {
  const credential = randomBytes(24).toString('base64url');
  const echo = await startEchoUpstream({ credential, log });
  lifetime.own('echo model', echo.close);
  return { id: 'echo', name: 'Echo', kind: 'echo', url: addressText(echo.url), credential };
}
