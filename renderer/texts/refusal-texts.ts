// Why requests fail, a few words and a sentence for each error of the gateway, with its cure: for who owns this server,
// while shared/errors.ts speaks to who sent the request.

import { type ErrorCode, errorCatalogue } from '../../shared/errors.ts';

export type RefusalText = {
  /** Fits into a pill. */
  readonly short: string;
  readonly why: string;
  readonly cure: string;
};

const texts: Readonly<Partial<Record<ErrorCode, RefusalText>>> = {
  malformed_request: {
    short: 'malformed',
    why: 'The request was not plain HTTP as the gateway accepts it.',
    cure: 'Look at what sends it: scanners and broken proxies do this, model clients do not.',
  },
  key_in_url: {
    short: 'key in URL',
    why: 'A key was sent in the address, where it ends up in logs and histories.',
    cure: 'Rotate that key, and have the client send it as a header: Authorization: Bearer.',
  },
  host_not_allowed: {
    short: 'unknown host name',
    why: 'The client reached this server under a name that is not known to be its own.',
    cure: 'If the name is yours, add it to the allowed host names in Settings.',
  },
  origin_not_allowed: {
    short: 'web page not allowed',
    why: 'A web page tried to call this server, and its origin is not on the list.',
    cure: 'If the page is yours, allow its origin in Settings.',
  },
  content_type_not_allowed: {
    short: 'wrong content type',
    why: 'The body was sent neither as JSON nor as a form.',
    cure: 'Have the client send Content-Type: application/json.',
  },
  query_not_allowed: {
    short: 'unknown query',
    why: 'The address carried a query parameter that is not known on this path.',
    cure: 'Take the parameter out of the address that the client uses.',
  },
  websocket_unsupported: {
    short: 'WebSocket',
    why: 'The client asked for a WebSocket, which is not offered here.',
    cure: 'Set the client to the plain HTTP form of this API.',
  },
  loop_detected: {
    short: 'loop',
    why: 'The request had already passed through this gateway: an upstream points back at it.',
    cure: 'Correct the address of that upstream in Models.',
  },
  route_unknown: {
    short: 'no such path',
    why: 'There is nothing at the path that was asked for.',
    cure: 'Check the base address in the client; Connect shows the right one for each.',
  },
  method_not_allowed: {
    short: 'wrong method',
    why: 'The path exists but does not take this HTTP method.',
    cure: 'Check the base address in the client; Connect shows the right one for each.',
  },
  dialect_not_spoken: {
    short: 'API not spoken',
    why: 'The model server behind this model does not speak the API that the client used.',
    cure: 'Use the base address of an API that it speaks; Connect shows them.',
  },
  key_missing: {
    short: 'no key',
    why: 'A key is required and none was sent.',
    cure: 'Give the client a key: make one in Keys and paste it where Connect says.',
  },
  key_malformed: {
    short: 'key mistyped',
    why: 'A key was sent that looks like one of ours but is incomplete or mistyped.',
    cure: 'Copy it again, or make a new one.',
  },
  key_unknown: {
    short: 'unknown key',
    why: 'A key was sent that was not made here.',
    cure: 'Give the client a key from Keys.',
  },
  key_revoked: {
    short: 'key revoked',
    why: 'The key has been revoked.',
    cure: 'If this client should come in, make a new key for it.',
  },
  key_expired: {
    short: 'key expired',
    why: 'The key has passed its expiry.',
    cure: 'Extend it on its page, or make a new one.',
  },
  key_ambiguous: {
    short: 'two keys',
    why: 'Two different keys were sent with one request.',
    cure: 'Take one of them out of the client’s configuration.',
  },
  key_wrong_kind: {
    short: 'wrong kind of key',
    why: 'An admin key was used where only inference keys open the door.',
    cure: 'Give the client an ordinary key from Keys.',
  },
  vault_locked: {
    short: 'vault locked',
    why: 'The place where keys are kept could not be read.',
    cure: 'Unlock the keychain of this computer; the server recovers by itself.',
  },
  key_paused: {
    short: 'key paused',
    why: 'The key is paused.',
    cure: 'Resume it on its page when it should work again.',
  },
  key_weak: {
    short: 'key too short',
    why: 'The key was imported with a short value, so it works on the server’s own computer alone.',
    cure: 'Rotate it, or accept it as it is on its page.',
  },
  project_archived: {
    short: 'project archived',
    why: 'The key’s project is archived.',
    cure: 'Unarchive the project, or move the key to another one.',
  },
  project_upstream_gone: {
    short: 'model server gone',
    why: 'The key’s project has a model server of its own, which is no longer there.',
    cure: 'Choose another model server for the project.',
  },
  rate_limited: {
    short: 'too many requests',
    why: 'The key had used up its requests for the minute.',
    cure: 'Clients try again by themselves. Raise the limit on the key’s page if this happens often.',
  },
  key_blocked: {
    short: 'limit is 0',
    why: 'The key may make no requests a minute, so none pass.',
    cure: 'Raise its limit on the key’s page.',
  },
  parallel_limited: {
    short: 'too many at once',
    why: 'The key had as many requests running as it may.',
    cure: 'Clients try again by themselves. Raise the limit on the key’s page if this happens often.',
  },
  body_too_large: {
    short: 'body too large',
    why: 'The request was larger than this server takes.',
    cure: 'Send less, or raise the largest request body in Settings.',
  },
  body_invalid: {
    short: 'body unusable',
    why: 'The request’s body could not be read as what it said it was.',
    cure: 'Look at the client: its JSON is broken or names a member twice.',
  },
  body_timeout: {
    short: 'body stalled',
    why: 'The request stopped arriving halfway.',
    cure: 'Check the connection between the client and this computer.',
  },
  encoding_unsupported: {
    short: 'unknown encoding',
    why: 'The body was packed in a way that is not supported.',
    cure: 'Have the client send it plain, or as gzip, deflate, br or zstd.',
  },
  memory_full: {
    short: 'too much at once',
    why: 'The server was holding as many request bodies as it may.',
    cure: 'It passes by itself. If it happens often, raise the sum of bodies in Settings.',
  },
  operation_not_allowed: {
    short: 'not allowed',
    why: 'The request would have acted on the computer or the account of its owner; keys may not do that.',
    cure: 'Do it in the model server itself.',
  },
  model_not_allowed: {
    short: 'model not allowed',
    why: 'The key may not use this model.',
    cure: 'Add the model on the key’s page, or choose another one in the client.',
  },
  model_unknown: {
    short: 'unknown model',
    why: 'No model server here has this model.',
    cure: 'Choose one that is listed in Models, or load it in the model server.',
  },
  response_unknown: {
    short: 'unknown response',
    why: 'The client referred to a stored response that was not made with this key.',
    cure: 'Begin a new conversation in the client.',
  },
  no_upstream: {
    short: 'no model server',
    why: 'No model server was connected.',
    cure: 'Add one in Models.',
  },
  upstream_unreachable: {
    short: 'server unreachable',
    why: 'The model server could not be reached.',
    cure: 'Check that it runs at the address that Models shows.',
  },
  upstream_broken: {
    short: 'answer broken',
    why: 'The model server broke off its answer, or answered in a way that cannot be passed on.',
    cure: 'Its own log has the cause. If it wants a credential, add it anew in Models with one.',
  },
  upstream_timeout: {
    short: 'no answer in time',
    why: 'The model server did not begin to answer in time.',
    cure: 'Wait until the model is loaded, or allow it longer in Settings.',
  },
  client_gone: {
    short: 'client left',
    why: 'The client left before the answer was complete.',
    cure: 'Nothing to do, unless it happens often: then its timeout may be too short.',
  },
  server_stopping: {
    short: 'server stopping',
    why: 'The server was being stopped.',
    cure: 'Send it again once the server runs.',
  },
  internal: {
    short: 'internal',
    why: 'Something went wrong inside Keyhatch.',
    cure: 'Its log has the details under the request’s id.',
  },
};

/** Also of codes that an older or newer Keyhatch wrote down. */
export function refusalText(code: string): RefusalText {
  const known = texts[code as ErrorCode];
  if (known) return known;
  const row = errorCatalogue[code as ErrorCode] as { readonly message: string } | undefined;
  return { short: code.replaceAll('_', ' '), why: (row?.message ?? code).replace(/\{\w+\}/g, '…'), cure: '' };
}
