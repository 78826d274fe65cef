// What the owner of this server can do about each way a request may end badly. Two parts: what happened, and the cure.

import type { ErrorCode } from '../../shared/errors.ts';

export type Cure = { readonly what: string; readonly cure: string };

const copyAgain = 'Copy the key again, whole, without spaces or line breaks around it.';
const stillStarting = 'Check on the Server page that the model server is running, then send it again.';

const cures: Partial<Readonly<Record<ErrorCode, Cure>>> = {
  malformed_request: {
    what: 'not plain HTTP',
    cure: 'Something between client and server changes the request: try without the proxy.',
  },
  key_in_url: {
    what: 'key in the URL',
    cure: 'Put the key into the key field, not into the address, and rotate it: URLs end up in logs.',
  },
  host_not_allowed: {
    what: 'unknown host name',
    cure: 'Use one of the addresses of the Server page, or add the name under Settings, Network.',
  },
  origin_not_allowed: {
    what: 'web page not allowed',
    cure: 'Add the page’s origin under Settings, Access, if that page is yours.',
  },
  content_type_not_allowed: { what: 'body is not JSON', cure: 'Let the client send Content-Type: application/json.' },
  query_not_allowed: {
    what: 'unknown query parameter',
    cure: 'Remove what stands behind the question mark of the address.',
  },
  websocket_unsupported: {
    what: 'WebSocket',
    cure: 'Choose the client’s OpenAI-compatible provider: it speaks plain HTTP.',
  },
  loop_detected: {
    what: 'goes round in a circle',
    cure: 'One of the model servers’ addresses is Keyhatch itself. Remove it on the Models page.',
  },
  route_unknown: {
    what: 'no such path',
    cure: 'Check the address in the client: most want it with /v1 at the end, some without.',
  },
  method_not_allowed: {
    what: 'wrong method',
    cure: 'Check the address in the client: it should end in /v1 and nothing more.',
  },
  dialect_not_spoken: {
    what: 'the model server does not speak this API',
    cure: 'Choose the client’s OpenAI-compatible provider, or another model server.',
  },
  key_missing: {
    what: 'no key was sent',
    cure: 'Fill in the key in the client’s key field. A few clients need it as a header: see the steps.',
  },
  key_malformed: { what: 'the key is incomplete', cure: copyAgain },
  key_unknown: { what: 'the key is not known', cure: `It was made elsewhere, or deleted. ${copyAgain}` },
  key_revoked: { what: 'the key is revoked', cure: 'Make a new key: a revoked one cannot come back.' },
  key_expired: { what: 'the key has expired', cure: 'Give it a later date on its page, or make a new one.' },
  key_ambiguous: {
    what: 'two keys at once',
    cure: 'The client sends a second key, often from a variable. Remove one of them.',
  },
  key_wrong_kind: { what: 'an admin key', cure: 'Use a key that begins with kh_, not kha_.' },
  vault_locked: { what: 'the keychain is locked', cure: 'Unlock it; Keyhatch notices by itself.' },
  key_paused: { what: 'the key is paused', cure: 'Resume it on the Keys page.' },
  key_weak: {
    what: 'the key is too short for other machines',
    cure: 'Rotate it, or accept it as it is, on the key’s page.',
  },
  project_archived: { what: 'the key’s project is archived', cure: 'Unarchive the project, or move the key.' },
  project_upstream_gone: {
    what: 'the project’s own model server is gone',
    cure: 'Choose another model server for the project.',
  },
  rate_limited: { what: 'too many requests', cure: 'Wait a minute, or raise the limit on the key’s page.' },
  key_blocked: { what: 'the key may make no requests', cure: 'Its limit is 0 a minute. Raise it on the key’s page.' },
  parallel_limited: { what: 'too many at once', cure: 'Wait for one to end, or raise the limit on the key’s page.' },
  body_too_large: {
    what: 'the request is too large',
    cure: 'Send fewer or smaller files, or raise the limit in Settings.',
  },
  body_invalid: {
    what: 'the request cannot be read',
    cure: 'Check that the client is set to the API that this address speaks.',
  },
  body_timeout: { what: 'the request stopped arriving', cure: 'Send it again; a weak network is the usual cause.' },
  encoding_unsupported: { what: 'unknown compression', cure: 'Switch request compression off in the client.' },
  memory_full: { what: 'too many large requests', cure: 'Try again in a moment.' },
  operation_not_allowed: {
    what: 'not allowed with a key',
    cure: 'Keys may use models, not manage the model server. Do this on the model server itself.',
  },
  model_not_allowed: {
    what: 'the key may not use this model',
    cure: 'Choose another model in the client, or allow this one on the key’s page.',
  },
  model_unknown: {
    what: 'no such model',
    cure: 'Choose one of the models that the Models page lists, spelled exactly so.',
  },
  response_unknown: { what: 'no such stored response', cure: 'Begin a new conversation in the client.' },
  no_upstream: { what: 'no model server', cure: 'Add one on the Models page, then send it again.' },
  upstream_unreachable: { what: 'the model server is not running', cure: stillStarting },
  upstream_broken: {
    what: 'the model server broke off',
    cure: 'See the model server’s own log; too little memory is the usual cause.',
  },
  upstream_timeout: {
    what: 'the model server took too long',
    cure: 'Wait until the model is loaded, then send it again.',
  },
  client_gone: {
    what: 'the client hung up',
    cure: 'It did not wait for the answer. Send it again; the first one loads the model.',
  },
  server_stopping: { what: 'the server is stopping', cure: 'Start it on the Server page, then send it again.' },
  internal: { what: 'a fault in Keyhatch', cure: 'Send it again; if it stays, Keyhatch’s log says more.' },
};

const otherwise: Cure = {
  what: 'the model server did not accept it',
  cure: 'See its own log for the reason: Keyhatch passed the request on as it came.',
};

/** What model servers mean by the errors they answer with themselves. */
const ofTheServer: Readonly<Record<number, Cure>> = {
  401: { what: 'the model server wants a key of its own', cure: 'Give Keyhatch that key on the Models page.' },
  403: { what: 'the model server wants a key of its own', cure: 'Give Keyhatch that key on the Models page.' },
  404: {
    what: 'the model server knows no such model',
    cure: 'Choose one of the models that the Models page lists, spelled exactly so.',
  },
};

/** @param errorCode null where the model server itself answered with an error, of this status */
export function cureFor({ errorCode, status }: { readonly errorCode: string | null; readonly status: number }): Cure {
  const cure = errorCode === null ? ofTheServer[status] : (cures as Readonly<Record<string, Cure>>)[errorCode];
  return cure ?? otherwise;
}

export function hasCure(code: ErrorCode): boolean {
  return cures[code] !== undefined;
}
