// What went wrong between us and an upstream, turned from low-level errors and odd answers into errors of the catalogue,
// and from those into the outcome that a row names. Touches no socket.

import type { IncomingMessage } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Outcome } from '../../shared/usage-model.ts';
import type { GatewayUpstream } from './ports.ts';

/** Why an answer cannot be passed on: the client would take it to be about its own key, or be sent past the gateway. */
export function answerFailure(response: IncomingMessage, upstream: GatewayUpstream): KeyhatchError | undefined {
  const status = response.statusCode ?? 502;
  if (status === 401 || status === 407)
    return brokenOff(
      upstream,
      'it wants a credential of its own; give it with keyhatch upstreams add --credential-stdin',
    );
  if (status >= 300 && status < 400 && status !== 304)
    return brokenOff(upstream, 'it answered with a redirect, which is not followed');
  if (status < 200 || status > 599) return brokenOff(upstream, `it answered with status ${status}`);
  return undefined;
}

/** How a row names the end that an error brought. */
export function outcomeOf({ code, details }: KeyhatchError): Outcome {
  switch (code) {
    case 'upstream_unreachable':
    case 'upstream_broken':
    case 'upstream_timeout':
    case 'client_gone':
    case 'internal':
      return code;
    case 'key_revoked':
    case 'key_expired':
    case 'server_stopping':
      return 'ended';
    case 'way_closed':
    case 'token_revoked':
    case 'person_paused':
    case 'role_without_models':
    case 'project_archived':
      return details['ran'] === 1 ? 'ended' : 'refused';
    default:
      return 'refused';
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be looked up',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'its host does not answer',
};

/** Why a request got no answer at all. */
export function connectFailure(upstream: GatewayUpstream, error: Error): KeyhatchError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = reasons[code] ?? (/no connection within/.test(error.message) ? 'its host does not answer' : undefined);
  if (reason === undefined)
    return brokenOff(
      upstream,
      code.startsWith('HPE_') ? 'it did not answer in HTTP' : 'its connection closed before an answer',
    );
  const details = { upstream: upstream.name, reason, refused: code === 'ECONNREFUSED' ? 1 : 0 };
  return new KeyhatchError('upstream_unreachable', { details, cause: error });
}

/** An answer that broke off, or cannot be used. */
export function brokenOff(upstream: GatewayUpstream, reason: string): KeyhatchError {
  return new KeyhatchError('upstream_broken', { details: { upstream: upstream.name, reason } });
}

/** Whether the upstream refused the connection before it took a byte: only then may another one be tried. */
export function isRefusedConnection(error: unknown): boolean {
  return error instanceof KeyhatchError && error.code === 'upstream_unreachable' && error.details['refused'] === 1;
}
