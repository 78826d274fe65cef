// Small HTTP servers that bear the marks of real model servers, one table row a kind, on port 0 of
// 127.0.0.1. They list models and nothing more; they remember what they were asked.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UpstreamKind } from '../../shared/upstream-kinds.ts';

export type FakeRoute = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body: string | object;
  /** Never answers: takes the request and keeps silent. */
  readonly silent?: boolean;
};

export type FakeRoutes = Readonly<Record<string, FakeRoute>>;

export type FakeServerOptions = {
  readonly routes: FakeRoutes;
  /** For every path that is not in `routes`; 404 when absent. */
  readonly anythingElse?: FakeRoute;
  /** Asked for on every path but the open ones. */
  readonly credential?: string | undefined;
  readonly refusal?: FakeRoute;
  readonly open?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly port?: number;
};

export type FakeServer = {
  readonly url: URL;
  readonly port: number;
  readonly requests: { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Replaces or adds routes while it runs. */
  readonly setRoutes: (routes: FakeRoutes) => void;
  readonly close: () => Promise<void>;
};

export type FakeKind = Exclude<UpstreamKind, 'echo' | 'unknown'>;
export type FakeKindOptions = Pick<FakeServerOptions, 'credential' | 'host' | 'port'> & {
  readonly models?: readonly string[];
};

/** A server that answers by table. */
export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  let routes = options.routes;
  const requests: FakeServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    requests.push({ method: request.method ?? '', path, headers: request.headers });
    const route = routeOf(options, routes, path, request.headers);
    if (route.silent) return;
    const isJson = typeof route.body === 'object';
    const type = isJson ? 'application/json' : 'text/plain; charset=utf-8';
    response.writeHead(route.status ?? 200, { 'content-type': type, ...options.headers, ...route.headers });
    response.end(isJson ? JSON.stringify(route.body) : route.body);
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`),
    port,
    requests,
    setRoutes: (more) => {
      routes = { ...routes, ...more };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A server of this kind. With a credential it closes what the real one closes. */
export function startFakeModelServer(kind: FakeKind, options: FakeKindOptions = {}): Promise<FakeServer> {
  const { models = ['qwen3-8b', 'nomic-embed-text'], ...rest } = options;
  return startFakeServer({ ...fakes[kind](models, options.credential !== undefined), ...rest });
}

export const startFakeLmStudio = (options?: FakeKindOptions) => startFakeModelServer('lmstudio', options);
export const startFakeOllama = (options?: FakeKindOptions) => startFakeModelServer('ollama', options);
export const startFakeLlamaCpp = (options?: FakeKindOptions) => startFakeModelServer('llamacpp', options);
export const startFakeVllm = (options?: FakeKindOptions) => startFakeModelServer('vllm', options);

/** A web server that has nothing to do with models. */
export const startFakeWebPage = () =>
  startFakeServer({ routes: {}, anythingElse: { body: '<!doctype html><title>My app</title>' } });

/** An OpenAI list of models. */
export function openaiList(models: readonly string[], more: Readonly<Record<string, unknown>> = {}): FakeRoute {
  return { body: { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 1, ...more })) } };
}

const ollamaTags = (models: readonly string[]): FakeRoute => ({
  body: { models: models.map((name) => ({ name, model: name, digest: 'ab12', size: 1 })) },
});
const imitatesOllama = (models: readonly string[]): FakeRoutes => ({
  '/': { body: 'Ollama is running' },
  '/api/version': { body: { version: '0.9.0' } },
  '/api/tags': ollamaTags(models),
});

const fakes: Readonly<Record<FakeKind, (models: readonly string[], guarded: boolean) => FakeServerOptions>> = {
  lmstudio: (models) => ({
    open: ['/lmstudio-greeting'],
    anythingElse: { body: { error: 'Unexpected endpoint or method. (GET /). Returning 200 anyway' } },
    routes: {
      '/lmstudio-greeting': { body: { lmstudio: true } },
      '/v1/models': openaiList(models, { owned_by: 'organization_owner' }),
      '/api/v0/models': openaiList(models, { compatibility_type: 'gguf', state: 'not-loaded' }),
      '/api/v1/models': { body: { models: models.map((key) => ({ type: 'llm', key, loaded_instances: [] })) } },
    },
  }),
  ollama: (models) => ({
    routes: { ...imitatesOllama(models), '/v1/models': openaiList(models, { owned_by: 'library' }) },
  }),
  llamacpp: (models) => ({
    open: ['/health', '/v1/health', '/models', '/v1/models', '/', '/api/tags'],
    headers: { server: 'llama.cpp' },
    routes: {
      '/health': { body: { status: 'ok' } },
      '/props': { body: { build_info: 'b9000-abc', default_generation_settings: { n_ctx: 4096 }, total_slots: 1 } },
      '/v1/models': openaiList(models, { owned_by: 'llamacpp' }),
      '/api/tags': ollamaTags(models),
    },
  }),
  vllm: (models) => ({
    open: ['/version', '/health', '/', '/openapi.json'],
    headers: { server: 'uvicorn' },
    refusal: { status: 401, body: { error: 'Unauthorized' } },
    routes: {
      '/version': { body: { version: '0.14.0' } },
      '/health': { body: '' },
      '/v1/models': openaiList(models, { owned_by: 'vllm', max_model_len: 4096 }),
      '/openapi.json': { body: { openapi: '3.1.0', info: { title: 'FastAPI', version: '0.1.0' } } },
    },
  }),
  omlx: (models) => ({
    open: ['/health'],
    routes: {
      '/health': { body: { status: 'healthy', default_model: models[0], engine_pool: { model_count: 2 }, mcp: null } },
      '/v1/models': openaiList(models, { owned_by: 'omlx' }),
    },
  }),
  mlxlm: (models) => ({
    headers: { server: 'BaseHTTP/0.6 Python/3.13.2' },
    routes: { '/health': { body: { status: 'ok' } }, '/v1/models': openaiList(models) },
  }),
  jan: (models) => ({
    open: ['/', '/openapi.json', '/favicon.ico'],
    refusal: { status: 401, body: 'Missing authorization header' },
    routes: {
      '/': { body: '<!DOCTYPE html><title>API Docs</title>' },
      '/openapi.json': { body: { openapi: '3.0.0', info: { title: 'Jan API Server Endpoints', version: '1.0' } } },
      '/v1/models': openaiList(models, { owned_by: 'user' }),
    },
  }),
  localai: (models) => ({
    open: ['/.well-known/localai.json', '/readyz'],
    routes: {
      ...imitatesOllama(models),
      '/.well-known/localai.json': { body: { version: 'v4.9.0', endpoints: { models: '/v1/models' } } },
      '/version': { body: { version: 'v4.9.0' } },
      '/v1/models': openaiList(models),
    },
  }),
  koboldcpp: (models, guarded) => ({
    open: ['/', '/api/extra/version', '/api/version'],
    routes: {
      ...imitatesOllama(models),
      '/': { body: '<!DOCTYPE html><title>KoboldAI Lite</title>' },
      '/api/extra/version': { body: { result: 'KoboldCpp', version: '1.121', protected: guarded } },
      '/v1/models': openaiList(models, { owned_by: 'koboldcpp' }),
    },
  }),
  textgen: (models) => ({
    routes: {
      '/v1/internal/model/info': { body: { model_name: models[0], lora_names: [] } },
      '/v1/internal/health': { body: { status: 'ok' } },
      '/v1/models': openaiList(models, { owned_by: 'user' }),
    },
  }),
  tabbyapi: (models) => ({
    open: ['/.well-known/serviceinfo', '/health'],
    routes: {
      '/.well-known/serviceinfo': { body: { version: 0.1, software: { name: 'TabbyAPI' } } },
      '/health': { body: { status: 'healthy', issues: [] } },
      '/v1/models': openaiList(models, { owned_by: 'tabbyAPI' }),
    },
  }),
  gpt4all: (models) => ({ routes: { '/v1/models': openaiList(models, { owned_by: 'humanity' }) } }),
  sglang: (models) => ({
    routes: {
      ...imitatesOllama(models),
      '/get_model_info': { body: { model_path: models[0], is_generation: true } },
      '/v1/models': openaiList(models, { owned_by: 'sglang', max_model_len: 4096 }),
    },
  }),
  modelrunner: (models) => ({
    routes: {
      ...imitatesOllama(models),
      '/': { body: 'Docker Model Runner is running\n' },
      '/engines/v1/models': openaiList(models, { owned_by: 'docker' }),
    },
  }),
  lemonade: (models) => ({
    routes: {
      ...imitatesOllama(models),
      '/v1/health': { body: { status: 'ok', version: '9.1.0', model_loaded: null, all_models_loaded: [] } },
      '/v1/models': openaiList(models, { owned_by: 'lemonade' }),
    },
  }),
};

export const fakeKinds = Object.keys(fakes) as readonly FakeKind[];

function routeOf(
  options: FakeServerOptions,
  routes: FakeRoutes,
  path: string,
  headers: IncomingHttpHeaders,
): FakeRoute {
  if (isRefused(options, path, headers)) {
    return options.refusal ?? { status: 401, body: { error: { message: 'no key', code: 'invalid_api_key' } } };
  }
  return routes[path] ?? options.anythingElse ?? { status: 404, body: { error: 'not found' } };
}

function isRefused(options: FakeServerOptions, path: string, headers: IncomingHttpHeaders): boolean {
  if (options.credential === undefined || options.open?.includes(path)) return false;
  const sent = [headers.authorization, headers['x-api-key']];
  return !sent.includes(`Bearer ${options.credential}`) && !sent.includes(options.credential);
}
