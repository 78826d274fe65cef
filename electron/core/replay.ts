// Sends a captured request once more, to another model: the owner's own request, through the ordinary pipeline, counted to
// no key. Begins it and says under which id it will be found; how it ends stands in its row.

import type { Conversation } from '../../shared/capture-model.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { RequestView } from '../../shared/usage-model.ts';

export type ReplayPorts = {
  /** @throws KeyhatchError `request_not_found` */
  readonly request: (id: string) => RequestView | Promise<RequestView>;
  /** @throws KeyhatchError `capture_not_found`, `capture_impossible` */
  readonly conversation: (id: string) => Promise<Conversation>;
  /** @returns the id of the new request */
  readonly send: (order: { readonly of: string; readonly path: string; readonly body: Buffer }) => string;
};

export type Replay = (order: { readonly id: string; readonly model: string }) => Promise<{ readonly id: string }>;

export function createReplay(ports: ReplayPorts): Replay {
  return async ({ id, model }) => {
    const row = await ports.request(id);
    const path = /^POST (\/[^{}]*)$/.exec(row.route ?? '')?.[1];
    if (path === undefined) throw refuse('only what was posted to a path without an id in it can be');
    const { request } = await ports.conversation(id);
    if (!request) throw new KeyhatchError('capture_not_found', { details: { id } });
    if (request.cut) throw refuse('it was too large to be kept whole');
    return { id: ports.send({ of: id, path, body: withModel(request.text, model) }) };
  };
}

function withModel(text: string | null, model: string): Buffer {
  const body = bodyOf(text);
  if (!body || typeof body['model'] !== 'string') throw refuse('its body is not JSON that names a model');
  return Buffer.from(JSON.stringify({ ...body, model }));
}

function bodyOf(text: string | null): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text ?? '');
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}

function refuse(reason: string): KeyhatchError {
  return new KeyhatchError('replay_impossible', { details: { reason } });
}
