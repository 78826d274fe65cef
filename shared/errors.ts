// The catalogue of everything that can be refused or go wrong on purpose: code, HTTP status, a sentence for people
// and whether trying again can help. Must not know any dialect, and holds no stack and no secret.
// test/architecture/error-catalogue.test.ts keeps this table, the code that throws and docs/errors.md in step.

/** One row of the catalogue. `message` may name details in braces: `{host}`. */
export type ErrorRow = {
  readonly status: number;
  readonly message: string;
  /** Whether the same request, sent again, can succeed without anybody changing anything. */
  readonly retry: boolean;
};

const table = {
  // guard: the raw head
  malformed_request: {
    status: 400,
    retry: false,
    message: 'This request is not plain HTTP as the gateway accepts it: {reason}.',
  },
  key_in_url: {
    status: 400,
    retry: false,
    message:
      'A key was sent in the URL, where it ends up in logs and histories. Send it as `Authorization: Bearer <key>` and rotate the key that was sent.',
  },
  host_not_allowed: {
    status: 403,
    retry: false,
    message:
      'The Host "{host}" is not a name of this server. If it is yours, add it: keyhatch settings set server.allowedHosts {host} --add',
  },
  https_required: {
    status: 403,
    retry: false,
    message: 'This server takes encrypted connections from other machines alone. Use {url} instead.',
  },
  origin_not_allowed: {
    status: 403,
    retry: false,
    message:
      'Web pages from "{origin}" may not call this server. If that page is yours, set cors.mode to "list" and add it to cors.origins.',
  },
  content_type_not_allowed: {
    status: 400,
    retry: false,
    message: 'A body must be sent as JSON or multipart. Add the header `Content-Type: application/json`.',
  },
  query_not_allowed: {
    status: 400,
    retry: false,
    message: 'The query parameter "{parameter}" is not known on this path. Remove it from the URL.',
  },
  websocket_unsupported: {
    status: 400,
    retry: false,
    message: 'A WebSocket is offered on /v1/responses alone. Use the HTTP form of this API.',
  },
  websocket_limited: {
    status: 429,
    retry: true,
    message:
      'There are too many WebSockets open, of which each caller may have {limit}. Close one that is no longer used.',
  },
  websocket_busy: {
    status: 429,
    retry: true,
    message:
      'This WebSocket carries one response after the other, and {limit} already wait. Wait for one to end, or open another.',
  },
  websocket_too_old: {
    status: 400,
    retry: true,
    message: 'This WebSocket has been open for 60 minutes, which is as long as one lives. Open a new one.',
  },
  loop_detected: {
    status: 508,
    retry: false,
    message:
      'This request has already passed through this gateway: one of its upstreams points back at it. Correct the upstream address.',
  },

  connections_full: {
    status: 503,
    retry: true,
    message: 'As many connections stand open as this server takes. Close some, or try again in a moment.',
  },

  // route
  route_unknown: {
    status: 404,
    retry: false,
    message: 'There is nothing at {method} {path}.{hint}',
  },
  method_not_allowed: {
    status: 405,
    retry: false,
    message: '{path} does not take {method}. Use {allowed}.',
  },
  dialect_not_spoken: {
    status: 404,
    retry: false,
    message:
      'The model server behind this gateway ({upstream}) does not speak the {dialect} API. Use the base URL {baseUrl} instead.',
  },

  // identify
  key_missing: {
    status: 401,
    retry: false,
    message:
      'An API key is required and none was sent. Send it as `Authorization: Bearer <key>`; make one with: keyhatch keys create --name NAME',
  },
  key_malformed: {
    status: 401,
    retry: false,
    message:
      "The API key looks like one of this server's but is incomplete or mistyped. Copy it again, or make a new one.",
  },
  key_unknown: {
    status: 401,
    retry: false,
    message: 'The API key is not known to this server. Check that it was copied whole and made here.',
  },
  key_revoked: {
    status: 401,
    retry: false,
    message: 'The API key "{name}" has been revoked. Ask the owner of this server for a new one.',
  },
  key_expired: {
    status: 401,
    retry: false,
    message: 'The API key "{name}" has expired. Ask the owner of this server to extend or replace it.',
  },
  key_ambiguous: {
    status: 400,
    retry: false,
    message: 'Two different keys of this server were sent with one request. Send only one of them.',
  },
  path_token_expired: {
    status: 401,
    retry: false,
    message: 'The path token in this address has ended. Ask the owner of this server for a new address.',
  },
  way_closed: {
    status: 401,
    retry: false,
    message: 'This program came in without a key, and its way in has been closed. Ask the owner of this server.',
  },
  token_malformed: {
    status: 401,
    retry: false,
    message: 'The token was not made by this server, or is damaged. Sign in again at /api/auth/login of its dashboard.',
  },
  token_expired: {
    status: 401,
    retry: false,
    message: 'The token has expired, as each does after an hour. Get the next one at /api/auth/refresh.',
  },
  token_revoked: {
    status: 401,
    retry: false,
    message:
      'The token has ended: its holder signed out, or their account or this server was changed or restarted. Sign in again.',
  },
  tokens_not_taken: {
    status: 401,
    retry: false,
    message: 'This server takes no short-lived tokens. Send an API key, or ask its owner to set access.credentials.',
  },
  keys_not_taken: {
    status: 401,
    retry: false,
    message:
      'This server takes short-lived tokens alone, and no API keys. Sign in at /api/auth/login of its dashboard.',
  },
  too_many_attempts: {
    status: 429,
    retry: false,
    message:
      'Too many wrong keys came from this address. Wrong ones are answered again in {leftSeconds} s; a valid key works at any time.',
  },
  short_keys_braked: {
    status: 429,
    retry: true,
    message:
      'Too many short keys were guessed within a minute, so none is looked at for {seconds} s. A generated key works at any time; its owner can give this one a generated secret by rotating it.',
  },
  key_wrong_kind: {
    status: 403,
    retry: false,
    message: 'This is an admin key. It does not open the gateway: use an inference key.',
  },
  keys_damaged: {
    status: 503,
    retry: false,
    message:
      'The database of this server is damaged, so that no key can be checked and every one is refused. Its owner has to restore it: keyhatch doctor says how.',
  },
  vault_locked: {
    status: 503,
    retry: true,
    message:
      'The place where this server keeps its keys ({vault}) cannot be read: {reason}. Once it can be, the server recovers by itself.',
  },

  // admit
  key_paused: {
    status: 403,
    retry: false,
    message: 'The API key "{name}" is paused. Ask the owner of this server to resume it.',
  },
  key_weak: {
    status: 403,
    retry: false,
    message:
      'The API key "{name}" is too short to be safe, so it works on the server\'s own computer alone. Ask its owner to rotate it, or to accept it as it is.',
  },
  project_archived: {
    status: 403,
    retry: false,
    message:
      'The API key "{name}" belongs to the project "{project}", which is archived. Ask the owner of this server.',
  },
  rate_limited: {
    status: 429,
    retry: true,
    message: 'The API key "{name}" may make {limit} requests in any {span} and has made them. Try again in {wait}.',
  },
  key_blocked: {
    status: 429,
    retry: false,
    message:
      'The API key "{name}" may have 0 {what}, so nothing passes. Ask the owner of this server to raise its limit.',
  },
  parallel_limited: {
    status: 429,
    retry: true,
    message: 'The API key "{name}" may have {limit} requests running at once and has them. Wait for one to end.',
  },

  // body
  body_too_large: {
    status: 413,
    retry: false,
    message: 'The request body is larger than the {limit} this server takes. Send less, or raise {setting}.',
  },
  body_invalid: {
    status: 400,
    retry: false,
    message: 'The request body cannot be used: {reason}.',
  },
  body_timeout: {
    status: 408,
    retry: true,
    message: 'The request body stopped arriving for {seconds} s. Send it again.',
  },
  encoding_unsupported: {
    status: 415,
    retry: false,
    message: 'The body encoding "{encoding}" is not supported. Send it plain, or as gzip, deflate, br or zstd.',
  },
  memory_full: {
    status: 503,
    retry: true,
    message: 'This server is holding as many request bodies as it may. Try again in a moment.',
  },

  // permit
  network_not_allowed: {
    status: 403,
    retry: false,
    message:
      '{what} may not be used from {address}. Ask the owner of this server to allow that address or its network.',
  },

  // authorize
  body_over_cap: {
    status: 400,
    retry: false,
    message:
      'The API key "{name}" may ask for at most {cap} in "{field}", and this request asks for {asked}. Ask for less.',
  },
  operation_not_allowed: {
    status: 403,
    retry: false,
    message: '{who} may not do this: {what}. {why}',
  },
  model_not_allowed: {
    status: 404,
    retry: false,
    message: 'The API key "{name}" may not use the model "{model}". It may use: {allowed}.',
  },
  model_unknown: {
    status: 404,
    retry: false,
    message: '{upstream} does not have the model "{model}". It has: {allowed}.',
  },
  response_unknown: {
    status: 404,
    retry: false,
    message: 'There is no stored response "{id}" that was made with this key.',
  },
  project_upstream_gone: {
    status: 503,
    retry: false,
    message:
      'The project "{project}" has a model server of its own, which is no longer there. Choose another: keyhatch projects edit "{project}" --upstream NAME',
  },
  no_upstream: {
    status: 503,
    retry: false,
    message: 'No model server is connected. Add one: keyhatch upstreams add URL',
  },

  // reserve
  tokens_limited: {
    status: 429,
    retry: true,
    message:
      'The API key "{name}" may use {limit} tokens in any 60 seconds, and this request may take about {wanted}. Try again in {wait}, or ask for a shorter answer.',
  },
  limit_unreachable: {
    status: 429,
    retry: false,
    message:
      'This request needs {wanted}, and the API key "{name}" may have {limit} {what} at most. Ask for less, or ask the owner of this server to raise that.',
  },
  budget_spent: {
    status: 429,
    retry: false,
    message: 'The budget of {owner} {span} is used up: {amount}. Ask the owner of this server for more{until}.',
  },
  model_unpriced: {
    status: 403,
    retry: false,
    message:
      'The model "{model}" has no price in {currency}, by which the budget of {owner} counts. Use another model, or ask the owner of this server to give it one.',
  },
  queue_full: {
    status: 429,
    retry: true,
    message: 'The model server {upstream} is busy: {reason}. Try again in {wait}.',
  },
  limits_unwritable: {
    status: 503,
    retry: true,
    message:
      'This server cannot write down what its keys use, and lets nothing pass uncounted: {reason}. Its owner should look at its disk.',
  },

  // forward
  upstream_unreachable: {
    status: 502,
    retry: true,
    message: 'The model server {upstream} cannot be reached: {reason}. Check that it is running at its address.',
  },
  upstream_broken: {
    status: 502,
    retry: false,
    message: 'The model server {upstream} broke off its answer: {reason}. See its own log for the cause.',
  },
  upstream_timeout: {
    status: 504,
    retry: false,
    message:
      'The model server {upstream} did not begin to answer within {seconds} s. Wait until the model is loaded, or raise upstream.firstByteTimeoutMs.',
  },
  client_gone: {
    status: 499,
    retry: false,
    message: 'The client left before the answer was complete.',
  },
  server_stopping: {
    status: 503,
    retry: true,
    message: 'This server is stopping and takes no new requests. Try again once it is running.',
  },
  internal: {
    status: 500,
    retry: false,
    message: 'Something went wrong inside Keyhatch. Its log has the details under {id}.',
  },

  // control plane: what the command line and the window can be told
  key_not_found: {
    status: 404,
    retry: false,
    message: 'There is no key with the name or id "{ref}". See: keyhatch keys list',
  },
  way_not_found: {
    status: 404,
    retry: false,
    message: 'There is no way in with the id "{id}". See: keyhatch ways list',
  },
  name_ambiguous: { status: 409, retry: false, message: '"{ref}" fits several: {ids}. Use the id.' },
  name_taken: {
    status: 409,
    retry: false,
    message: 'The name "{name}" is taken. Choose another one, or rename what has it.',
  },
  project_not_found: {
    status: 404,
    retry: false,
    message:
      'There is no project "{ref}". Make it with keyhatch projects create --name "{ref}" or, along with a key, --new-project; or see: keyhatch projects list',
  },
  project_has_keys: {
    status: 409,
    retry: false,
    message:
      'The project "{name}" still has {keys}. Move or delete what is in it first, or archive the project instead.',
  },
  project_is_archived: {
    status: 409,
    retry: false,
    message: 'The project "{project}" is archived, so a key in it would be refused. Unarchive it first.',
  },
  old_secret_gone: {
    status: 409,
    retry: false,
    message: 'The key "{name}" has one secret: an older one has ended, or there was none.',
  },
  import_unreadable: {
    status: 400,
    retry: false,
    message: 'These keys cannot be read: {reason}.',
  },
  backup_unreadable: {
    status: 400,
    retry: false,
    message: 'This backup cannot be opened: the passphrase does not fit, or the file is not whole and as it was made.',
  },
  backup_conflicts: {
    status: 409,
    retry: false,
    message:
      'This profile already has {what}. To end all of that and put the backup in its place, restore with --replace.',
  },
  key_revoked_final: {
    status: 409,
    retry: false,
    message: 'The key "{name}" is revoked, which cannot be undone. Make a new one.',
  },
  budget_missing: {
    status: 409,
    retry: false,
    message:
      'There is no such budget of {owner} for its {period}. Give it one first: keyhatch {what} edit "{name}" --budget {period}:100000tokens',
  },
  key_value_unsuitable: { status: 400, retry: false, message: 'This value cannot be a key: {reason}.' },
  upstream_not_found: {
    status: 404,
    retry: false,
    message: 'There is no upstream with the name or id "{ref}". See: keyhatch upstreams list',
  },
  upstream_address_refused: { status: 400, retry: false, message: 'This address cannot be a model server: {reason}.' },
  upstream_set_by_flag: {
    status: 409,
    retry: false,
    message:
      'The upstreams of this run were set on the command line. Restart without --upstream and --echo to change them.',
  },
  setting_unknown: { status: 404, retry: false, message: 'There is no setting "{name}". See: keyhatch settings list' },
  setting_invalid: { status: 400, retry: false, message: '{name} cannot be set to that: {reason}.' },
  setting_set_by_flag: {
    status: 409,
    retry: false,
    message: '{name} was set on the command line for this run. Restart without that flag to change it.',
  },
  confirmation_needed: {
    status: 409,
    retry: false,
    message: '{consequence} If that is what you want, confirm it: repeat with --confirm.',
  },
  port_in_use: {
    status: 409,
    retry: true,
    message: 'Port {port} on {host} is taken{by}. Choose another one; {free} is free.',
  },
  address_unavailable: { status: 409, retry: false, message: 'This machine cannot listen on {host}: {reason}.' },
  profile_in_use: {
    status: 409,
    retry: true,
    message: 'This profile ({dir}) is in use by {holder}. Use that one, or another --data-dir.',
  },
  profile_from_future: {
    status: 409,
    retry: false,
    message:
      '{file} was written by a newer Keyhatch (version {found}, this one knows {known}). It was not touched: update Keyhatch.',
  },
  profile_damaged: {
    status: 500,
    retry: false,
    message:
      '{file} cannot be read: {reason}. It was not touched: restore it from a copy, or move it away to begin anew.',
  },
  capture_impossible: {
    status: 409,
    retry: false,
    message:
      'Nothing can be captured or opened at the moment, because {vault} cannot be read: {reason}. Requests themselves go on.',
  },
  capture_not_found: {
    status: 404,
    retry: false,
    message: 'Nothing is kept of what the request "{id}" said. It was not captured, or what was kept has gone.',
  },
  replay_impossible: {
    status: 409,
    retry: false,
    message: 'This request cannot be sent again: {reason}.',
  },
  ledger_unavailable: {
    status: 503,
    retry: true,
    message:
      'Usage and requests cannot be read at the moment. Try again in a few seconds; requests are served all the same.',
  },
  request_not_found: {
    status: 404,
    retry: false,
    message: 'There is no request "{id}". It may be older than what is kept.',
  },
  address_not_locked: {
    status: 404,
    retry: false,
    message: 'The address "{address}" is not put off. See: keyhatch lockout list',
  },
  dashboard_off: {
    status: 409,
    retry: false,
    message: 'The dashboard is off. Switch it on first: keyhatch settings set dashboard.enabled true',
  },
  not_permitted: {
    status: 403,
    retry: false,
    message: 'This is not for you to do. Ask the owner of this Keyhatch, who can do it or give you the role for it.',
  },
  owner_session_required: {
    status: 403,
    retry: false,
    message:
      'An admin key cannot do this. It takes the owner, signed in to the dashboard a moment ago, or whoever sits at the machine itself.',
  },
  admin_key_missing: {
    status: 401,
    retry: false,
    message:
      'The admin API takes an admin key and none was sent. Send it as `Authorization: Bearer <key>`; make one with: keyhatch keys create --admin --name NAME',
  },
  admin_key_unknown: {
    status: 401,
    retry: false,
    message: 'This admin key may not act here now: it was not made here, or was paused or revoked, or has ended.',
  },
  admin_key_required: {
    status: 403,
    retry: false,
    message:
      'This is not an admin key, and nothing else opens the admin API. Make one with: keyhatch keys create --admin --name NAME',
  },
  proof_required: {
    status: 403,
    retry: false,
    message: 'This cannot be taken back easily, so say again who you are, and then try once more.',
  },
  metrics_key_missing: {
    status: 401,
    retry: false,
    message:
      'Metrics are read with a key that has the right for it, sent as `Authorization: Bearer <key>`. Make one with: keyhatch keys create --name NAME --operations metrics',
  },
  session_required: {
    status: 401,
    retry: false,
    message:
      'This browser is not signed in, or its session has ended. Ask for a link on the computer that runs Keyhatch: keyhatch dashboard link',
  },
  sign_in_link_invalid: {
    status: 403,
    retry: false,
    message:
      'This sign-in link has been used, has expired, or a newer one took its place. Ask for a new one: keyhatch dashboard link',
  },
  sign_in_blocked: {
    status: 429,
    retry: true,
    message:
      'Too many attempts to sign in have failed. Try again in {seconds} s, or ask for a new link: keyhatch dashboard link',
  },
  sign_in_failed: {
    status: 403,
    retry: false,
    message: 'Name, password or code is wrong. Check them and try again.',
  },
  totp_required: {
    status: 401,
    retry: false,
    message: 'A code is needed too. Give the one that your authenticator app shows, or a recovery code.',
  },
  totp_wrong: {
    status: 400,
    retry: false,
    message: 'This code does not fit. Give the one that your authenticator app shows now; each works once.',
  },
  totp_setup_required: {
    status: 403,
    retry: false,
    message: 'People of your role sign in with an authenticator app too. Set one up first; then everything else opens.',
  },
  password_unsuitable: { status: 400, retry: false, message: 'This password cannot be used: {reason}.' },
  invite_invalid: {
    status: 403,
    retry: false,
    message: 'This link has been used, was taken back or has expired. Ask whoever gave it to you for a new one.',
  },
  invite_not_found: {
    status: 404,
    retry: false,
    message: 'There is no such invitation any more: it was used, was taken back or has expired.',
  },
  person_not_found: {
    status: 404,
    retry: false,
    message: 'There is no person with the name or id "{ref}". See: keyhatch people list',
  },
  person_paused: {
    status: 403,
    retry: false,
    message: 'Your access is paused. Ask the owner of this Keyhatch to resume it.',
  },
  role_without_models: {
    status: 403,
    retry: false,
    message:
      'Viewers look on and use no models, so that no key of yours works. Ask the owner of this Keyhatch for the role of a member.',
  },
  last_owner: {
    status: 409,
    retry: false,
    message: '"{name}" is the only owner who can sign in. Make somebody else an owner first.',
  },
  over_member_limits: { status: 403, retry: false, message: 'This is more than the owner gave you: {reason}.' },
  session_not_found: { status: 404, retry: false, message: 'This session has ended already.' },
  dashboard_host_refused: {
    status: 403,
    retry: false,
    message: 'The dashboard is not reached under this address. Open {url} on the computer that runs Keyhatch.',
  },
  dashboard_page_refused: {
    status: 403,
    retry: false,
    message: 'Another web page tried to use the dashboard and was refused. Open the dashboard itself: {url}',
  },
  dashboard_https_required: {
    status: 403,
    retry: false,
    message: 'From other machines the dashboard is reached encrypted alone. Open {url} instead.',
  },
  dashboard_needs_password: {
    status: 409,
    retry: false,
    message:
      'The dashboard opens to other machines only once somebody has a password to sign in with. Give the owner one first.',
  },
  dashboard_not_encrypted: {
    status: 409,
    retry: true,
    message: 'From other machines the dashboard is reached encrypted alone, and there is no certificate. {reason}',
  },
  certificate_unsuitable: {
    status: 400,
    retry: false,
    message: 'This certificate cannot be used: {reason}.',
  },
  certificate_brought_along: {
    status: 409,
    retry: false,
    message:
      'The certificate in use was brought along, so it is renewed where it came from. Or go back to Keyhatch’s own: keyhatch tls use-own',
  },
  desktop_only: {
    status: 409,
    retry: false,
    message: 'This is a part of the desktop app, and this Keyhatch runs without one.',
  },
  not_running: { status: 409, retry: false, message: 'The server is not running. Start it with: keyhatch serve' },
  control_refused: {
    status: 403,
    retry: false,
    message: 'The running Keyhatch did not accept this program: {reason}.',
  },
  input_invalid: { status: 400, retry: false, message: '{reason}.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof table;

/** The whole catalogue, for documentation and tests. */
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorRow>> = table;

export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An expected failure. Its message is safe to show: catalogue text filled with details, never a stack or a secret. */
export class KeyhatchError extends Error {
  override readonly name = 'KeyhatchError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly retry: boolean;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    const row = table[code];
    const details = options.details ?? {};
    super(fill(row.message, details), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = row.status;
    this.retry = row.retry;
    this.details = details;
  }
}

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = details[name];
    return value === undefined ? whole : String(value);
  });
}
