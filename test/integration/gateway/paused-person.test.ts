// Keys of somebody who is paused, or was made a viewer: refused at once, and what runs with them ends.

import { afterEach, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';
import { holdStreams } from '../../fakes/held-stream.ts';

let bed: Bed;
afterEach(() => bed.close());

const ask = (key: string, more: object = {}) =>
  bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(more), key });

test.each(['person_paused', 'role_without_models'] as const)(
  'a running answer ends with %s, and the next is refused before anything reaches the model server',
  async (bar) => {
    bed = await makeBed({ key: { personId: 'anna' } });
    const other = bed.addKey({ personId: 'ben' });
    const held = holdStreams();
    bed.upstream.behave = held.behave;
    const row = bed.nextRow();
    const response = await ask(bed.key, { stream: true });
    const reader = response.body?.getReader();
    await reader?.read();
    bed.changeKey(bed.keyId, { status: 'paused', personBar: bar });
    const rest = (async () => {
      while (!(await reader?.read())?.done);
    })();
    await expect(rest).rejects.toThrow();
    expect(await row).toMatchObject({ outcome: 'ended', errorCode: bar });
    held.letGo();
    const before = bed.upstream.journal.length;
    const refused = await ask(bed.key);
    expect([refused.status, refused.headers.get('x-keyhatch-error')]).toEqual([403, bar]);
    expect(bed.upstream.journal.length).toBe(before);
    expect((await ask(other.key, { stream: true })).status).toBe(200);
  },
);
