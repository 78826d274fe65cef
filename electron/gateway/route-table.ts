// Every path that exists, and nothing else: deny by default. One row says method, path, dialect, what the request does,
// where it goes and which query parameters may go with it.

import type { KeyOperation } from '../../shared/key-policy.ts';
import type { Dialect } from '../../shared/upstream-kinds.ts';

/** What a request does: the unit in which keys are given rights. Asking about oneself needs none. */
export type Operation = Exclude<KeyOperation, 'metrics'> | 'about';

/** Answered by Keyhatch itself. */
export type OwnAnswer = 'health' | 'info' | 'greeting' | 'authority' | 'self';

export type RouteRow = {
  readonly methods: readonly string[];
  /** Exact path, or an anchored pattern whose first group is a model or response id. */
  readonly path: string | RegExp;
  readonly dialect: Dialect;
  readonly operation: Operation;
  readonly query: readonly string[];
  /** `raw`: bytes that are passed on as they come. */
  readonly body: 'none' | 'json' | 'multipart' | 'json-or-multipart' | 'raw';
  /** Where the model or the response id is named. */
  readonly names: 'model-in-body' | 'model-in-path' | 'response-in-path' | 'nothing';
  /** A list that is put together from all upstreams, under this member. */
  readonly list?: 'data' | 'models';
  /** Cuts the alias prefix off before the path goes upstream. */
  readonly upstreamPrefix?: { readonly from: string; readonly to: string };
  readonly own?: OwnAnswer;
  /** Refused whatever rights somebody has. */
  readonly forNobody?: true;
  /** For a refusal: what was probably wanted, and where that is. */
  readonly instead?: string;
  /** The member that bounds how long an answer may get; `num_predict` lies in Ollama's `options`. */
  readonly tokenField?: 'max_tokens' | 'max_output_tokens' | 'num_predict';
  /** Answers may hold token numbers. */
  readonly metered: boolean;
  /** In words, for a refusal. */
  readonly what: string;
};

type Options = Partial<Pick<RouteRow, 'query' | 'body' | 'names' | 'list' | 'metered' | 'tokenField'>>;

function post(
  path: string | RegExp,
  dialect: Dialect,
  operation: Operation,
  what: string,
  options: Options = {},
): RouteRow {
  return {
    methods: ['POST'],
    path,
    dialect,
    operation,
    what,
    query: [],
    body: 'json',
    names: 'model-in-body',
    metered: true,
    ...options,
  };
}

function get(
  path: string | RegExp,
  dialect: Dialect,
  operation: Operation,
  what: string,
  options: Options = {},
): RouteRow {
  return {
    methods: ['GET', 'HEAD'],
    path,
    dialect,
    operation,
    what,
    query: [],
    body: 'none',
    names: 'nothing',
    metered: false,
    ...options,
  };
}

/** Acts on the models themselves. */
function manage(
  methods: readonly string[],
  path: string | RegExp,
  dialect: Dialect,
  what: string,
  options: Options = {},
): RouteRow {
  return { ...post(path, dialect, 'models:manage', what, { metered: false, ...options }), methods };
}

/** What no right opens: the server's inner state, and what acts on its owner's account. */
function never(
  methods: readonly string[],
  path: string | RegExp,
  dialect: Dialect,
  what: string,
  instead?: string,
): RouteRow {
  return {
    ...manage(methods, path, dialect, what, { body: 'none', names: 'nothing' }),
    forNobody: true,
    ...(instead ? { instead } : {}),
  };
}

function own(path: string, answer: OwnAnswer): RouteRow {
  return {
    methods: ['GET', 'HEAD'],
    path,
    dialect: 'openai',
    operation: 'about',
    what: 'asking about this server',
    query: [],
    body: 'none',
    names: 'nothing',
    metered: false,
    own: answer,
  };
}

const modelId = '([A-Za-z0-9._~:@%/+-]{1,400})';
const responseId = '([A-Za-z0-9_-]{1,200})';

const openai: readonly RouteRow[] = [
  post('/v1/chat/completions', 'openai', 'chat', 'chatting with a model', { tokenField: 'max_tokens' }),
  post('/v1/completions', 'openai', 'chat', 'completing a text', { tokenField: 'max_tokens' }),
  post('/v1/embeddings', 'openai', 'embeddings', 'making embeddings'),
  post('/v1/rerank', 'openai', 'embeddings', 'ranking documents'),
  post('/v1/responses', 'openai', 'chat', 'making a response', { tokenField: 'max_output_tokens' }),
  post('/v1/responses/input_tokens', 'openai', 'chat', 'counting tokens', { metered: false }),
  get(new RegExp(`^/v1/responses/${responseId}$`), 'openai', 'chat', 'reading a stored response', {
    names: 'response-in-path',
    query: ['include', 'include[]', 'stream', 'starting_after', 'include_obfuscation'],
  }),
  get(new RegExp(`^/v1/responses/${responseId}/input_items$`), 'openai', 'chat', 'reading a stored response', {
    names: 'response-in-path',
    query: ['after', 'before', 'include', 'include[]', 'limit', 'order'],
  }),
  {
    ...post(new RegExp(`^/v1/responses/${responseId}$`), 'openai', 'chat', 'deleting a stored response'),
    methods: ['DELETE'],
    body: 'none',
    names: 'response-in-path',
    metered: false,
  },
  post(new RegExp(`^/v1/responses/${responseId}/cancel$`), 'openai', 'chat', 'cancelling a response', {
    names: 'response-in-path',
    metered: false,
  }),
  get('/v1/models', 'openai', 'models:list', 'listing models', {
    list: 'data',
    query: ['limit', 'after_id', 'before_id', 'beta'],
  }),
  get(new RegExp(`^/v1/models/${modelId}$`), 'openai', 'models:list', 'looking up a model', { names: 'model-in-path' }),
  post('/v1/audio/transcriptions', 'openai', 'audio', 'transcribing audio', { body: 'multipart' }),
  post('/v1/audio/translations', 'openai', 'audio', 'translating audio', { body: 'multipart' }),
  post('/v1/audio/speech', 'openai', 'audio', 'making speech'),
  post('/v1/images/generations', 'openai', 'images', 'making images'),
  post('/v1/images/edits', 'openai', 'images', 'editing images', { body: 'json-or-multipart' }),
  post('/v1/images/variations', 'openai', 'images', 'varying images', { body: 'multipart' }),
];

const blob = /^\/api\/blobs\/[A-Za-z0-9:_-]{1,200}$/;

const anthropic: readonly RouteRow[] = [
  post('/v1/messages', 'anthropic', 'chat', 'chatting with a model', { query: ['beta'], tokenField: 'max_tokens' }),
  post('/v1/messages/count_tokens', 'anthropic', 'chat', 'counting tokens', { query: ['beta'], metered: false }),
];

const ollama: readonly RouteRow[] = [
  post('/api/chat', 'ollama', 'chat', 'chatting with a model', { tokenField: 'num_predict' }),
  post('/api/generate', 'ollama', 'chat', 'completing a text', { tokenField: 'num_predict' }),
  post('/api/embed', 'ollama', 'embeddings', 'making embeddings'),
  post('/api/embeddings', 'ollama', 'embeddings', 'making embeddings'),
  post('/api/show', 'ollama', 'models:list', 'looking up a model', { metered: false }),
  get('/api/tags', 'ollama', 'models:list', 'listing models', { list: 'models' }),
  get('/api/ps', 'ollama', 'models:list', 'listing loaded models', { list: 'models' }),
  get('/api/version', 'ollama', 'models:list', 'asking for the version'),
  get('/', 'ollama', 'models:list', 'asking whether the server runs'),
  manage(['POST'], '/api/pull', 'ollama', 'downloading models'),
  manage(['POST'], '/api/push', 'ollama', 'publishing models'),
  manage(['POST'], '/api/create', 'ollama', 'creating models'),
  manage(['POST'], '/api/copy', 'ollama', 'copying models'),
  manage(['DELETE', 'POST'], '/api/delete', 'ollama', 'deleting models'),
  manage(['HEAD'], blob, 'ollama', 'looking for model files', { body: 'none', names: 'nothing' }),
  manage(['POST'], blob, 'ollama', 'uploading model files', { body: 'raw', names: 'nothing' }),
  never(
    ['POST', 'GET'],
    /^\/api\/(?:me|signout|experimental\/[a-z_]{1,60})$/,
    'ollama',
    'acting on the owner’s account',
  ),
];

const lmstudio: readonly RouteRow[] = [
  get('/api/v0/models', 'lmstudio', 'models:list', 'listing models', { list: 'data' }),
  manage(
    ['POST'],
    /^\/api\/v[01]\/models\/(?:load|unload|download)$/,
    'lmstudio',
    'loading, unloading or downloading models',
  ),
  manage(['GET'], /^\/api\/v1\/models\/download\/status\/[A-Za-z0-9_-]{1,200}$/, 'lmstudio', 'watching a download', {
    body: 'none',
    names: 'nothing',
  }),
  get(new RegExp(`^/api/v0/models/${modelId}$`), 'lmstudio', 'models:list', 'looking up a model', {
    names: 'model-in-path',
  }),
  post('/api/v0/chat/completions', 'lmstudio', 'chat', 'chatting with a model', { tokenField: 'max_tokens' }),
  post('/api/v0/completions', 'lmstudio', 'chat', 'completing a text', { tokenField: 'max_tokens' }),
  post('/api/v0/embeddings', 'lmstudio', 'embeddings', 'making embeddings'),
  post('/api/v1/chat', 'lmstudio', 'chat', 'chatting with a model', { tokenField: 'max_output_tokens' }),
];

const otherServers: readonly RouteRow[] = [
  never(['GET', 'POST'], /^\/(?:v1\/)?slots(?:\/\d{1,6})?$/, 'openai', 'reading or changing the server’s slots'),
  never(
    ['GET'],
    '/metrics',
    'openai',
    'reading the model server’s own metrics',
    'Keyhatch’s own are at /metrics of the dashboard’s address.',
  ),
  never(
    ['GET', 'POST'],
    /^\/(?:props|tools|lora-adapters|metrics)$/,
    'openai',
    'reading or changing the server’s inner state',
  ),
  never(
    ['GET'],
    '/models',
    'openai',
    'seeing which models the model server itself has loaded',
    'The list of models is at /v1/models: put /v1 at the end of the base URL.',
  ),
  never(['GET', 'POST', 'DELETE'], /^\/(?:models|models\/(?:load|unload))$/, 'openai', 'loading or unloading models'),
];

/** LM Studio's list, used for `/api/v1/models` when an LM Studio is behind the gateway; OpenAI's otherwise. */
export const lmStudioModelList = get('/api/v1/models', 'lmstudio', 'models:list', 'listing models', { list: 'models' });

// LMArenaBridge's base URL is /api/v1: OpenAI and Anthropic paths work below it, apart from those that LM Studio owns.
function under(prefix: string, row: RouteRow): RouteRow {
  const path =
    typeof row.path === 'string'
      ? prefix + row.path
      : new RegExp(row.path.source.replace('^', `^${prefix.replaceAll('/', '\\/')}`));
  return { ...row, path, upstreamPrefix: { from: prefix, to: '' } };
}

/** The table, in the order in which rows are tried. */
export const routeTable: readonly RouteRow[] = [
  own('/health', 'health'),
  own('/api/info', 'info'),
  own('/lmstudio-greeting', 'greeting'),
  own('/keyhatch/v1/key', 'self'),
  own('/keyhatch-ca.pem', 'authority'),
  own('/keyhatch-ca.crt', 'authority'),
  ...openai,
  ...anthropic,
  ...ollama,
  ...lmstudio,
  ...otherServers,
  ...[...openai, ...anthropic].map((row) => under('/api', row)),
];
