// The part of composing that joins the admin API: its document, its calls, and the door that admin keys open. Used by
// compose.ts alone.

import type { ApiDocument } from '../shared/api-document.ts';
import { type ApiCalls, type ApiRouter, createApiCalls } from './api/api-calls.ts';
import { type ApiDoor, createApiDoor } from './api/api-door.ts';
import { createApiDocument } from './api/openapi-document.ts';
import type { ControlDoor } from './compose-policy.ts';
import type { RecordHistory } from './core/history.ts';
import type { Acting } from './lib/acting.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { Shell } from './shell.ts';

export type JoinedApi = {
  readonly document: () => Promise<ApiDocument>;
  /** Once there is a router. */
  readonly source: ApiDoor & ApiCalls;
};

export function joinApi(ports: {
  readonly shell: Pick<Shell, 'version'>;
  readonly router: () => ApiRouter;
  readonly admins: Pick<ControlDoor, 'verifyAdmin' | 'contextOfAdmin'>;
  readonly acting: Acting;
  readonly record: RecordHistory;
  readonly clock: Clock;
  readonly log: Log;
}): JoinedApi {
  const { shell, admins, acting, record, clock, log } = ports;
  const document = createApiDocument(shell);
  const door = createApiDoor({
    verify: admins.verifyAdmin,
    contextOf: admins.contextOfAdmin,
    noteFailure(address, which) {
      const [id, detail] = which === 'this' ? [address, address] : ['more', 'and more, from other addresses'];
      acting.as({ kind: 'api', detail }, () =>
        record({ action: 'sign_in_failed', subject: { kind: 'sign_in', id, name: 'admin API' } }),
      );
    },
    clock,
  });
  let calls: ApiCalls | undefined;
  return {
    document,
    source: {
      ...door,
      answer(...request) {
        calls ??= createApiCalls({ router: ports.router(), document, log });
        return calls.answer(...request);
      },
    },
  };
}
