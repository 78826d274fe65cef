// Why requests fail: for each error of the gateway a few words, a sentence and the cure, the same on every page. For who
// owns this server, while shared/errors.ts speaks to who sent the request.

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
    cure: 'Something between client and server changes the request: try without the proxy. Scanners do this too.',
  },
  key_in_url: {
    short: 'key in URL',
    why: 'A key was sent in the address, where it ends up in logs and histories.',
    cure: 'Rotate that key, and put it into the client’s key field instead of into the address.',
  },
  host_not_allowed: {
    short: 'unknown host name',
    why: 'The client reached this server under a name that is not known to be its own.',
    cure: 'Use one of the addresses of the Server page, or add the name under Settings, Network.',
  },
  https_required: {
    short: 'not encrypted',
    why: 'It came from another machine without encryption, and this server takes HTTPS alone from there.',
    cure: 'Change http:// into https:// in the client, and have its machine trust this server under Settings, Encryption.',
  },
  origin_not_allowed: {
    short: 'web page not allowed',
    why: 'A web page tried to call this server, and its origin is not on the list.',
    cure: 'Add the page’s origin under Settings, Access, if that page is yours.',
  },
  content_type_not_allowed: {
    short: 'wrong content type',
    why: 'The body was sent neither as JSON nor as a form.',
    cure: 'Have the client send Content-Type: application/json.',
  },
  query_not_allowed: {
    short: 'unknown query',
    why: 'The address carried a query parameter that is not known on this path.',
    cure: 'Remove what stands behind the question mark of the address that the client uses.',
  },
  websocket_unsupported: {
    short: 'WebSocket',
    why: 'The client asked for a WebSocket where there is none: only /v1/responses has one.',
    cure: 'Choose the client’s OpenAI-compatible provider: it speaks plain HTTP.',
  },
  websocket_limited: {
    short: 'too many WebSockets',
    why: 'The caller had as many WebSockets open as it may.',
    cure: 'Have the client close those that it no longer uses, or restart it.',
  },
  websocket_busy: {
    short: 'WebSocket busy',
    why: 'Too many requests waited on one WebSocket, which answers one after the other.',
    cure: 'Have the client wait for its answers, or open one WebSocket for each conversation.',
  },
  websocket_too_old: {
    short: 'WebSocket too old',
    why: 'The WebSocket had been open for an hour, which is as long as one lives.',
    cure: 'Nothing to do: clients open a new one by themselves.',
  },
  loop_detected: {
    short: 'loop',
    why: 'The request had already passed through this gateway: an upstream points back at it.',
    cure: 'One of the model servers’ addresses is Keyhatch itself. Correct or remove it on the Models page.',
  },
  connections_full: {
    short: 'too many connections',
    why: 'As many connections stood open as this server takes.',
    cure: 'It passes by itself. If it happens often, find the client that opens so many, or raise the limit in Settings.',
  },
  route_unknown: {
    short: 'no such path',
    why: 'There is nothing at the path that was asked for.',
    cure: 'Check the address in the client: most want it with /v1 at the end, some without. Connect shows which.',
  },
  method_not_allowed: {
    short: 'wrong method',
    why: 'The path exists but does not take this HTTP method.',
    cure: 'Check the address in the client: it should end in /v1 and nothing more. Connect shows it for each.',
  },
  dialect_not_spoken: {
    short: 'API not spoken',
    why: 'The model server behind this model does not speak the API that the client used.',
    cure: 'Choose the client’s OpenAI-compatible provider, or another model server. Connect shows the addresses.',
  },
  key_missing: {
    short: 'no key',
    why: 'A key is required and none was sent.',
    cure: 'Fill in a key in the client’s key field. A few clients need it as a header: Connect shows how.',
  },
  key_malformed: {
    short: 'key mistyped',
    why: 'A key was sent that looks like one of ours but is incomplete or mistyped.',
    cure: 'Copy the key again, whole, without spaces or line breaks around it.',
  },
  key_unknown: {
    short: 'unknown key',
    why: 'A key was sent that was not made here.',
    cure: 'It was made elsewhere, or deleted. Copy one from Keys again, whole, without spaces or line breaks around it.',
  },
  key_revoked: {
    short: 'key revoked',
    why: 'The key has been revoked.',
    cure: 'A revoked key cannot come back: make a new one if this client should come in.',
  },
  key_expired: {
    short: 'key expired',
    why: 'The key has passed its expiry.',
    cure: 'Give it a later date on its page, or make a new one.',
  },
  key_ambiguous: {
    short: 'two keys',
    why: 'Two different keys were sent with one request.',
    cure: 'The client sends a second key, often from a variable. Remove one of them.',
  },
  path_token_expired: {
    short: 'path token ended',
    why: 'The path token in the client’s address has passed its end.',
    cure: 'Make a new one on the Server page, and put its address into the client.',
  },
  way_closed: {
    short: 'way in closed',
    why: 'What had let the program in without a key was closed while its request ran.',
    cure: 'If it should come in again, give it a key, or open a way in for it on the Server page.',
  },
  token_malformed: {
    short: 'token damaged',
    why: 'A token was sent that was not made by this server, or is damaged.',
    cure: 'Let the program sign in again. A token of another service cannot come in here.',
  },
  token_expired: {
    short: 'token expired',
    why: 'The token was more than an hour old.',
    cure: 'The program has to get the next one at /api/auth/refresh of the dashboard.',
  },
  token_revoked: {
    short: 'token ended',
    why: 'Its holder signed out, or their account or this server was changed or restarted.',
    cure: 'Let the program sign in again.',
  },
  tokens_not_taken: {
    short: 'no tokens here',
    why: 'A short-lived token was sent, and this server takes keys alone.',
    cure: 'Give the program a key, or let tokens in too: Settings, Access.',
  },
  keys_not_taken: {
    short: 'no keys here',
    why: 'A key was sent, and this server takes short-lived tokens alone.',
    cure: 'Let the program sign in for a token, or let keys in too: Settings, Access.',
  },
  too_many_attempts: {
    short: 'too many wrong keys',
    why: 'So many wrong keys came from one address that it is not answered for a while; valid keys work all the time.',
    cure: 'Look at what runs at that address: a client with an old key asks again and again. Give it the right one.',
  },
  short_keys_braked: {
    short: 'short keys held back',
    why: 'Many short keys were guessed within a minute, from one address or many, so none was looked at for a while.',
    cure: 'Rotate the short key of this client: a generated secret is never held back.',
  },
  key_wrong_kind: {
    short: 'wrong kind of key',
    why: 'An admin key was used where only inference keys open the door.',
    cure: 'Give the client an ordinary key from Keys: one that begins with kh_, not kha_.',
  },
  keys_damaged: {
    short: 'keys damaged',
    why: 'The database of this server is damaged, so that no key can be checked and every one is refused.',
    cure: 'Restore it from a copy; keyhatch doctor says how. The damaged file was set aside and not touched.',
  },
  vault_locked: {
    short: 'vault locked',
    why: 'The place where keys are kept could not be read.',
    cure: 'Unlock the keychain of this computer; Keyhatch notices by itself.',
  },
  key_paused: {
    short: 'key paused',
    why: 'The key is paused.',
    cure: 'Resume it on its page when it should work again.',
  },
  person_paused: {
    short: 'person paused',
    why: 'The person whose key it is has been paused, or is not here any more.',
    cure: 'Resume them on the page People when their keys should work again.',
  },
  role_without_models: {
    short: 'viewer’s key',
    why: 'The person whose key it is has become a viewer, and viewers use no models.',
    cure: 'Make them a member on the page People when their keys should work again, or revoke the key.',
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
    why: 'The key had used up its requests for the minute or the hour.',
    cure: 'Wait a minute: most clients try again by themselves. If it happens often, raise the limit on the key’s page.',
  },
  key_blocked: {
    short: 'limit is 0',
    why: 'One of the limits of the key is 0, so nothing passes.',
    cure: 'Raise its limit on the key’s page.',
  },
  tokens_limited: {
    short: 'too many tokens',
    why: 'The key had used up its tokens for the minute, or others of its requests held them.',
    cure: 'Wait a minute: most clients try again by themselves. If it happens often, raise the limit on the key’s page.',
  },
  limit_unreachable: {
    short: 'more than fits',
    why: 'The request asked for more at once than the key may ever have.',
    cure: 'Ask for less at once, or raise the limit on the key’s page.',
  },
  budget_spent: {
    short: 'budget spent',
    why: 'The key or its project had used up its budget.',
    cure: 'Top the budget up or raise it on the page of the key or the project; otherwise it begins anew by itself.',
  },
  model_unpriced: {
    short: 'no price',
    why: 'The model has no price, and a strict budget of the key counts money.',
    cure: 'Give the model a price, or take “strict” off the budget.',
  },
  queue_full: {
    short: 'server busy',
    why: 'Every place at the model server was taken, and the line was full or too slow.',
    cure: 'Clients try again by themselves. If the server takes more at once, raise its number of places.',
  },
  limits_unwritable: {
    short: 'disk trouble',
    why: 'What keys use could not be written down, and nothing passes uncounted.',
    cure: 'Look whether the disk is full; the server recovers by itself.',
  },
  parallel_limited: {
    short: 'too many at once',
    why: 'The key had as many requests running as it may.',
    cure: 'Wait for one to end: most clients try again by themselves. If it happens often, raise the limit on the key’s page.',
  },
  body_too_large: {
    short: 'body too large',
    why: 'The request was larger than this server takes.',
    cure: 'Send fewer or smaller files, or raise the largest request body in Settings.',
  },
  body_invalid: {
    short: 'body unusable',
    why: 'The request’s body could not be read as what it said it was.',
    cure: 'Check that the client is set to the API that this address speaks, and that its JSON names nothing twice.',
  },
  body_timeout: {
    short: 'body stalled',
    why: 'The request stopped arriving halfway.',
    cure: 'Send it again. A weak connection between the client and this computer is the usual cause.',
  },
  encoding_unsupported: {
    short: 'unknown encoding',
    why: 'The body was packed in a way that is not supported.',
    cure: 'Switch request compression off in the client, or let it use gzip, deflate, br or zstd.',
  },
  memory_full: {
    short: 'too much at once',
    why: 'The server was holding as many request bodies as it may.',
    cure: 'Try again in a moment. If it happens often, raise the sum of bodies in Settings.',
  },
  operation_not_allowed: {
    short: 'not allowed',
    why: 'The key does not have the right to do this, or no key has: what acts on the owner’s account is for nobody.',
    cure: 'If the refusal names a right, the key can be given it: keyhatch keys edit NAME --operations … What no key may do is done on the model server itself.',
  },
  network_not_allowed: {
    short: 'wrong network',
    why: 'The request came from an address from which this server, or this key, may not be used.',
    cure: 'Add the address or its network to the key, or under Settings, Access, if it is one of yours.',
  },
  body_over_cap: {
    short: 'asks for too much',
    why: 'A single request asked for more than the key may: tokens, context, choices, inputs or time in memory.',
    cure: 'Set the client to ask for less, or raise the cap of the key.',
  },
  model_not_allowed: {
    short: 'model not allowed',
    why: 'The key may not use this model.',
    cure: 'Choose another model in the client, or allow this one on the key’s page.',
  },
  model_unknown: {
    short: 'unknown model',
    why: 'No model server here has this model.',
    cure: 'Choose one of the models that the Models page lists, spelled exactly so, or load it in the model server.',
  },
  response_unknown: {
    short: 'unknown response',
    why: 'The client referred to a stored response that was not made with this key.',
    cure: 'Begin a new conversation in the client.',
  },
  no_upstream: {
    short: 'no model server',
    why: 'No model server was connected.',
    cure: 'Add one on the Models page, then send it again.',
  },
  upstream_unreachable: {
    short: 'server unreachable',
    why: 'The model server could not be reached.',
    cure: 'Check that it runs at the address that the Models page shows, then send it again.',
  },
  upstream_broken: {
    short: 'answer broken',
    why: 'The model server broke off its answer, or answered in a way that cannot be passed on.',
    cure: 'See the model server’s own log; too little memory is the usual cause. If it wants a key of its own, add it anew in Models with one.',
  },
  upstream_timeout: {
    short: 'no answer in time',
    why: 'The model server did not begin to answer in time.',
    cure: 'Wait until the model is loaded, then send it again, or allow it longer in Settings.',
  },
  client_gone: {
    short: 'client left',
    why: 'The client left before the answer was complete.',
    cure: 'Nothing to do, unless it happens often: then its timeout may be too short for a model that has to be loaded first.',
  },
  server_stopping: {
    short: 'server stopping',
    why: 'The server was being stopped.',
    cure: 'Start it on the Server page, then send it again.',
  },
  internal: {
    short: 'internal',
    why: 'Something went wrong inside Keyhatch.',
    cure: 'Send it again. If it stays, Keyhatch’s log has the details under the request’s id.',
  },
};

/** Also of codes that an older or newer Keyhatch wrote down. */
export function refusalText(code: string): RefusalText {
  const known = texts[code as ErrorCode];
  if (known) return known;
  const row = errorCatalogue[code as ErrorCode] as { readonly message: string } | undefined;
  return { short: code.replaceAll('_', ' '), why: (row?.message ?? code).replace(/\{\w+\}/g, '…'), cure: '' };
}
