// Every snippet is read by the language it claims to be: JSON, YAML, TOML, TypeScript, Python, a real shell; and the ones
// whose library or tool is installed are run against a server. Then all of it again with values made to break out.

import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parseAst } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  clientById,
  clients,
  endpointFor,
  envLines,
  keyPlaceholder,
  type RenderedStep,
  renderSnippet,
  type SnippetInput,
} from '../../../shared/snippets.ts';
import { clientOfUserAgent, userAgentNames } from '../../../shared/snippets-user-agents.ts';
import { dialects } from '../../../shared/upstream-kinds.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const root = resolve(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'keyhatch-snippets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasPython = works('python3', ['-c', 'import tomllib']);
const hasCurl = works('curl', ['--version']);

const input: SnippetInput = { baseUrl: 'http://127.0.0.1:1235', key: 'kh_AAAAAAAA_secret', model: 'qwen3:8b' };
const quotes = `a'b"c\`d\\e$f$(touch hacked)\${HOME}%PATH%#g: *&!|>h, {i} [j] -- k\\`;
const nasty: readonly (readonly [name: string, input: SnippetInput])[] = [
  ['quotes', { baseUrl: `http://host/${quotes}`, key: `kh_${quotes}`, model: quotes }],
  ['a flag', { baseUrl: 'http://h', key: '--help', model: '-rf' }],
  ['a quote alone', { baseUrl: `http://h/'`, key: `'`, model: `"` }],
  ['triple quotes', { baseUrl: `http://h/"""`, key: `"""`, model: `'''\\` }],
  ['template slots', { baseUrl: 'http://h', key: '{{key}}', model: `\${{ secrets.X }}{{ x }}` }],
  ['a name of an object', { baseUrl: 'http://h', key: 'constructor', model: '__proto__' }],
  ['a replacement pattern', { baseUrl: 'http://h', key: `$&$'$\`$1`, model: `$&$'$\`$1` }],
  ['words of YAML', { baseUrl: 'http://h', key: 'null', model: 'yes' }],
  ['other scripts', { baseUrl: 'http://h', key: 'kh_ß', model: '模型 😀 é' }],
];

describe('the list', () => {
  test('has every client that the Connect page promises, once', () => {
    expect(clients.map(({ id }) => id).sort()).toEqual(
      [
        ...['continue', 'cline', 'roo-code', 'zed', 'vscode-copilot', 'jetbrains', 'cursor', 'xcode'],
        ...['open-webui', 'obsidian-copilot'],
        ...['claude-code', 'codex', 'opencode', 'copilot-cli', 'aider', 'droid'],
        ...['openai-ts', 'openai-python', 'anthropic-ts', 'anthropic-python', 'ollama-js', 'ollama-python'],
        ...['lmstudio-sdk', 'vercel-ai', 'langchain-js'],
        ...['curl-openai', 'curl-anthropic', 'curl-ollama', 'ollama-cli'],
      ].sort(),
    );
  });

  test.each(clients)('$id says what it is in at most two sentences', (client) => {
    expect(dialects).toContain(client.dialect);
    expect(client.notes).toMatch(/^[A-Z].*\.$/);
    expect(client.notes.length).toBeLessThan(240);
    expect(client.steps.length > 0).toBe(client.support !== 'not-yet');
    for (const step of client.steps) expect(step.title).toMatch(/^\S.*[^.\s]$/);
  });

  test('gives each client the address that its field takes', () => {
    const endpoints = Object.fromEntries(clients.map((client) => [client.id, endpointFor(client, input.baseUrl)]));
    const withoutV1 = ['xcode', 'claude-code', 'anthropic-ts', 'anthropic-python', 'ollama-js', 'ollama-python'];
    withoutV1.push('lmstudio-sdk', 'curl-anthropic', 'curl-ollama', 'ollama-cli');
    for (const [id, endpoint] of Object.entries(endpoints)) {
      if (id === 'vscode-copilot') expect(endpoint).toBe('http://127.0.0.1:1235/v1/chat/completions');
      else expect(endpoint, id).toBe(withoutV1.includes(id) ? 'http://127.0.0.1:1235' : 'http://127.0.0.1:1235/v1');
    }
  });

  test('takes a base URL however it is written', () => {
    const client = only('openai-ts');
    for (const url of ['http://h:1/', 'http://h:1/v1', 'http://h:1//v1///', ' http://h:1 '])
      expect(endpointFor(client, url), url).toBe('http://h:1/v1');
    expect(endpointFor(client, 'http://[::1]:1235')).toBe('http://[::1]:1235/v1');
  });

  test('shows a placeholder where there is no key yet', () => {
    for (const key of [undefined, '']) {
      for (const client of clients) {
        const text = JSON.stringify(renderSnippet(client, { baseUrl: input.baseUrl, key, model: 'm' }));
        expect(text).not.toContain('undefined');
        if (client.steps.length > 0 && client.id !== 'ollama-cli') expect(text, client.id).toContain(keyPlaceholder);
      }
    }
  });
});

describe('what each client reads', () => {
  const v1 = 'http://127.0.0.1:1235/v1';
  const base = 'http://127.0.0.1:1235';
  const key = 'kh_AAAAAAAA_secret';
  const model = 'qwen3:8b';
  const expected: Readonly<Record<string, readonly Json[]>> = {
    continue: [{ models: [{ provider: 'openai', model, apiBase: v1, apiKey: key, roles: ['chat', 'edit', 'apply'] }] }],
    cline: [
      { 'API Provider': 'OpenAI Compatible', 'Base URL': v1, 'OpenAI Compatible API Key': key, 'Model ID': model },
      called('cline', [
        'auth',
        '--provider',
        'openai-compatible',
        `--baseurl=${v1}`,
        `--apikey=${key}`,
        `--modelid=${model}`,
      ]),
    ],
    'roo-code': [{ 'API Provider': 'OpenAI Compatible', 'Base URL': v1, 'API Key': key, Model: model }],
    zed: [
      { language_models: { openai_compatible: { Keyhatch: { api_url: v1, available_models: [{ name: model }] } } } },
      { 'API key': key },
    ],
    'vscode-copilot': [
      [
        {
          vendor: 'customendpoint',
          apiKey: key,
          apiType: 'chat-completions',
          models: [{ id: model, url: `${v1}/chat/completions`, maxInputTokens: 24_576, maxOutputTokens: 8192 }],
        },
      ],
    ],
    jetbrains: [{ Provider: 'OpenAI-compatible', 'Base URL': v1, Key: key, Model: model }],
    cursor: [
      {
        'OpenAI API Key': key,
        'Override OpenAI Base URL': 'https://your-public-host.example/v1',
        'Add Custom Model': model,
      },
    ],
    xcode: [{ Type: 'Internet Hosted', URL: base, 'API Key': key, 'API Key Header': 'x-api-key' }],
    'open-webui': [
      { URL: v1, 'API Key': key },
      called('docker', [
        ...['run', '-d', '--name', 'open-webui', '-p', '3000:8080', '--add-host=host.docker.internal:host-gateway'],
        ...['-v', 'open-webui:/app/backend/data'],
        ...['-e', 'OPENAI_API_BASE_URLS=http://host.docker.internal:1235/v1', '-e', `OPENAI_API_KEYS=${key}`],
        'ghcr.io/open-webui/open-webui:main',
      ]),
    ],
    'obsidian-copilot': [{ 'API key': key, 'Base URL': v1, 'Enable CORS': 'on', Models: model }],
    'claude-code': [
      {
        env: {
          ANTHROPIC_BASE_URL: base,
          ANTHROPIC_AUTH_TOKEN: key,
          ANTHROPIC_DEFAULT_OPUS_MODEL: model,
          ANTHROPIC_DEFAULT_SONNET_MODEL: model,
          ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
          CLAUDE_CODE_SUBAGENT_MODEL: model,
        },
      },
    ],
    codex: [
      {
        model,
        model_provider: 'keyhatch',
        model_providers: { keyhatch: { base_url: v1, env_key: 'KEYHATCH_API_KEY', wire_api: 'responses' } },
      },
      called('codex', [], { KEYHATCH_API_KEY: key }),
    ],
    opencode: [
      {
        model: `keyhatch/${model}`,
        provider: {
          keyhatch: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: v1, apiKey: '{env:KEYHATCH_API_KEY}' },
            models: { [model]: { name: model } },
          },
        },
      },
      called('opencode', [], { KEYHATCH_API_KEY: key }),
    ],
    'copilot-cli': [
      called('copilot', [], {
        COPILOT_PROVIDER_TYPE: 'openai',
        COPILOT_PROVIDER_BASE_URL: v1,
        COPILOT_PROVIDER_API_KEY: key,
        COPILOT_MODEL: model,
      }),
    ],
    aider: [called('aider', ['--model', `openai/${model}`], { OPENAI_API_BASE: v1, OPENAI_API_KEY: key })],
    droid: [{ customModels: [{ model, baseUrl: v1, apiKey: key, provider: 'generic-chat-completion-api' }] }],
    'ollama-cli': [called('ollama', ['run', '--', model], { OLLAMA_HOST: base })],
  };

  test.each(clients.filter(({ id }) => id in expected).map(({ id }) => id))('%s, at the exact place', async (id) => {
    const parsed = await parseAll([renderSnippet(only(id), input)]);
    expect(parsed[0]).toMatchObject(expected[id] ?? []);
  });

  test('Cursor gets our address once it is a public one', async () => {
    const parsed = await parseAll([renderSnippet(only('cursor'), { ...input, baseUrl: 'https://keyhatch.example' })]);
    expect(parsed[0]?.[0]).toMatchObject({ 'Override OpenAI Base URL': 'https://keyhatch.example/v1' });
  });

  test.each([
    ['openai-ts', { baseURL: v1, apiKey: key, model }],
    ['anthropic-ts', { baseURL: base, apiKey: key, model }],
    ['ollama-js', { host: base, Authorization: `Bearer ${key}`, model }],
    ['vercel-ai', { baseURL: v1, apiKey: key, includeUsage: true }],
    ['langchain-js', { baseURL: v1, apiKey: key, model }],
  ])('%s passes them under the right names', async (id, properties) => {
    const [[tree] = []] = await parseAll([renderSnippet(only(id), input)]);
    expect(literalProperties(tree ?? null)).toMatchObject(properties);
  });

  test.skipIf(!hasPython).each([
    ['openai-python', { base_url: v1, api_key: key, model }],
    ['anthropic-python', { base_url: base, api_key: key, model }],
    ['ollama-python', { host: base, model }],
  ])('%s passes them under the right names', async (id, keywords) => {
    const [[tree] = []] = await parseAll([renderSnippet(only(id), input)]);
    expect(literalKeywords(tree ?? null)).toMatchObject(keywords);
    if (id === 'ollama-python') expect(JSON.stringify(tree)).toContain(`"Bearer ${key}"`);
  });
});

// The same tree with markers in it is the measure: whatever a value holds, nothing but that value may differ.
describe('no value leaves its place', () => {
  const markers = { baseUrl: 'http://base.marker', key: 'KEYMARKER', model: 'MODELMARKER' };
  const wanted = clients.filter(({ id }) => id !== 'opencode');
  let plain: readonly (readonly Json[])[] = [];
  beforeAll(async () => {
    plain = await parseAll(wanted.map((client) => renderSnippet(client, markers)));
  });

  test.each(nasty)('%s', async (_name, values) => {
    const found = await parseAll(wanted.map((client) => renderSnippet(client, values)));
    const replaced = replaceStrings(plain, [
      ['http://base.marker', values.baseUrl],
      [JSON.stringify('MODELMARKER').slice(1, -1), JSON.stringify(values.model).slice(1, -1), 'body'],
      ['KEYMARKER', values.key ?? ''],
      ['MODELMARKER', values.model ?? ''],
    ]);
    for (const [index, client] of wanted.entries()) expect(found[index], client.id).toEqual(replaced[index]);
  });

  test('control and invisible characters are gone before a terminal sees them', async () => {
    const model = 'a\u001b[201~\nrm -rf /\r\u0000\u007f\u009b\u202e\u2028\ufeff\ud800b';
    for (const client of clients) {
      const text = JSON.stringify(renderSnippet(client, { ...input, model, key: 'k\ney' }));
      expect(text).not.toMatch(/\\u00|\\r|\u202e|\ufeff|\u2028|\\ud/);
      if (text.includes('rm -rf')) expect(text, client.id).toContain('a[201~rm -rf /b');
    }
  });

  test('opencode finds no reference to a variable or a file but ours', async () => {
    const model = '{env:HOME}{file:~/.ssh/id_rsa}{env:KEYHATCH_API_KEY}"apiKey": "{env:KEYHATCH_API_KEY}"';
    const [config] = renderSnippet(only('opencode'), { baseUrl: 'http://h/{env:X}', key: '{file:x}', model });
    const text = config && 'code' in config ? config.code : '';
    expect(text.match(/\{(?:env|file):[^}]+\}/g)).toEqual(['{env:KEYHATCH_API_KEY}']);
    expect(JSON.parse(text)).toMatchObject({
      model: `keyhatch/${model}`,
      provider: {
        keyhatch: {
          options: { baseURL: 'http://h/{env:X}/v1', apiKey: '{env:KEYHATCH_API_KEY}' },
          models: { [model]: { name: model } },
        },
      },
    });
  });

  test.each(nasty)('opencode with %s', async (_name, values) => {
    const [[config] = []] = await parseAll([renderSnippet(only('opencode'), values)]);
    expect(config).toMatchObject({ model: `keyhatch/${values.model}` });
    expect(Object.keys((config as { provider: { keyhatch: { models: object } } }).provider.keyhatch.models)).toEqual([
      values.model,
    ]);
  });
});

describe('variables to copy', () => {
  const names = (values: SnippetInput) =>
    envLines(values).map(({ id, variables }) => [
      id,
      Object.fromEntries(variables.map((one) => [one.name, one.value])),
    ]);

  test('each family has its key and its address', () => {
    const key = 'kh_AAAAAAAA_secret';
    expect(Object.fromEntries(names(input))).toEqual({
      openai: { OPENAI_API_KEY: key, OPENAI_BASE_URL: 'http://127.0.0.1:1235/v1' },
      anthropic: { ANTHROPIC_AUTH_TOKEN: key, ANTHROPIC_BASE_URL: 'http://127.0.0.1:1235' },
      lmstudio: { LM_STUDIO_API_KEY: key, LM_STUDIO_API_BASE: 'http://127.0.0.1:1235/v1' },
      ollama: { OLLAMA_API_KEY: key, OLLAMA_HOST: 'http://127.0.0.1:1235' },
    });
  });

  test.each([['plain', input] as const, ...nasty])('a shell reads them back: %s', (_name, values) => {
    for (const { shell, variables } of envLines(values)) {
      const printed = variables.map(({ name }) => `"$${name}"`).join(' ');
      const { stdout, stderr, status } = spawnSync('sh', ['-c', `${shell}\nprintf '%s\\0' ${printed}`], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      expect(stdout.split('\0').slice(0, -1)).toEqual(variables.map(({ value }) => value));
    }
  });

  test('PowerShell gets single quotes, and typographic ones doubled as it takes them for plain', () => {
    const [openai] = envLines({ baseUrl: 'http://h', key: `a'b’c$d` });
    expect(openai?.powershell).toBe(`$env:OPENAI_API_KEY = 'a''b’’c$d'\n$env:OPENAI_BASE_URL = 'http://h/v1'`);
  });
});

type Seen = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly model: unknown };

describe('against a server', () => {
  const seen: Seen[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    seen.push({ path: req.url ?? '', headers: req.headers, model: body.model });
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(answers[req.url ?? ''] ?? {}));
  });
  const message = { role: 'assistant', content: 'Hi' };
  const answers: Readonly<Record<string, Json>> = {
    '/v1/chat/completions': {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, finish_reason: 'stop', message }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    },
    '/v1/messages': {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    '/api/chat': { model: 'm', created_at: '2026-01-01T00:00:00Z', message, done: true },
  };
  const key = `kh_'"$(id)\`;`;
  const model = `o'brien/"$HOME" \`x\` 模型`;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => void server.close());
  const baseUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  test.each([
    ['openai-ts', '/v1/chat/completions', 'OpenAI SDK (JS)'],
    ['anthropic-ts', '/v1/messages', 'Anthropic SDK (JS)'],
    ['ollama-js', '/api/chat', 'Ollama SDK (JS)'],
    ['vercel-ai', '/v1/chat/completions', 'Vercel AI SDK'],
  ])('%s sends key and model to %s', async (id, path, name) => {
    const file = join(folder, `${id}.mts`);
    writeFileSync(file, codeOf(id, { baseUrl: baseUrl(), key, model }));
    const { stdout } = await run(process.execPath, [file], { cwd: folder, env: { PATH: process.env['PATH'] } });
    expect(stdout).toContain('Hi');
    expectSeen(seen.at(-1), path, name);
  });

  test.skipIf(!hasCurl).each([
    ['curl-openai', '/v1/chat/completions'],
    ['curl-anthropic', '/v1/messages'],
    ['curl-ollama', '/api/chat'],
  ])('%s sends key and model to %s', async (id, path) => {
    const { stdout } = await run('sh', ['-c', codeOf(id, { baseUrl: baseUrl(), key, model })], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(answers[path]);
    expectSeen(seen.at(-1), path, 'curl');
  });

  function expectSeen(request: Seen | undefined, path: string, name: string): void {
    expect(request).toMatchObject({ path, model });
    const carrier = request?.headers['x-api-key'] ?? request?.headers.authorization?.replace('Bearer ', '');
    expect(carrier).toBe(key);
    expect(clientOfUserAgent(request?.headers['user-agent'])).toBe(name);
  }
});

describe('the client behind a User-Agent', () => {
  test.each([
    ['claude-cli/2.1.4 (external, cli)', 'Claude Code'],
    ['codex_cli_rs/0.155.0 (Mac OS 26.0; arm64) Terminal', 'Codex'],
    ['codex_vscode/0.147.0-alpha.6.5 (Ubuntu 24.4.0; x86_64) unknown (VS Code; 26.803)', 'Codex'],
    ['opencode/1.2.3 ai-sdk/provider-utils/4.0.23 runtime/bun/1.3', 'opencode'],
    ['GitHubCopilotChat/0.26.7', 'VS Code Copilot'],
    ['copilot/1.0.101 (linux)', 'GitHub Copilot CLI'],
    ['Cline/3.0.53', 'Cline'],
    ['RooCode/3.52.1', 'Roo Code'],
    ['Zed/0.150.0 (macos; aarch64)', 'Zed'],
    ['factory-cli/0.190.0', 'Droid'],
    ['langchainjs-openai/1.0.0 ((node/v24.16.0; linux; x64))', 'LangChain'],
    ['ai/6.0.168 ai-sdk/provider-utils/4.0.23 runtime/node.js/26', 'Vercel AI SDK'],
    ['OpenAI/JS 6.49.0', 'OpenAI SDK (JS)'],
    ['AsyncOpenAI/Python 2.32.0', 'OpenAI SDK (Python)'],
    ['OpenAI/Go 2.1.0', 'OpenAI SDK'],
    ['Anthropic/Python 0.75.0', 'Anthropic SDK (Python)'],
    ['ollama-python/0.6.0 (arm64 darwin) Python/3.13.0', 'Ollama SDK (Python)'],
    ['ollama/0.17.1 (arm64 darwin) Go/go1.25', 'Ollama'],
    ['Python/3.12 aiohttp/3.11.11', 'Python'],
    ['python-requests/2.32.3', 'Python'],
    ['node', 'Node.js'],
    ['Java-http-client/21.0.5', 'Java'],
    ['Go-http-client/1.1', 'Go'],
    ['Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041', 'PowerShell'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) obsidian/1.9.0 Chrome/138 Electron/37 Safari/537.36',
      'Obsidian',
    ],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0', 'Edge'],
    ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15', 'Safari'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox'],
    ['somebody/1.0', 'other'],
    ['notcurl/8.0', 'other'],
    ['', 'other'],
    [null, 'other'],
    [undefined, 'other'],
  ])('%s is %s', (userAgent, name) => {
    expect(clientOfUserAgent(userAgent)).toBe(name);
  });

  test('is one of at most 64 names, whatever is sent', () => {
    const known = userAgentNames.filter((name) => name !== 'other');
    expect(known.length).toBeLessThanOrEqual(64);
    expect(new Set(userAgentNames).size).toBe(userAgentNames.length);
    for (const sent of [quotes, '__proto__', '('.repeat(100_000), ' '.repeat(100_000), '\u0000', 'İ'.repeat(300)])
      expect(userAgentNames).toContain(clientOfUserAgent(sent));
  });
});

function only(id: string) {
  const client = clientById(id);
  if (!client) throw new Error(`no client ${id}`);
  return client;
}

function codeOf(id: string, values: SnippetInput): string {
  const [step] = renderSnippet(only(id), values);
  return step && 'code' in step ? step.code : '';
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** What stands in a step, read as the language that it claims to be. One tree a step, one list of them a client. */
async function parseAll(snippets: readonly (readonly RenderedStep[])[]): Promise<readonly (readonly Json[])[]> {
  const steps = snippets.flat();
  const [pythons, tomls] = ['python', 'toml'].map((language) => parseWithPython(language, steps));
  const trees = new Map<RenderedStep, Json>();
  for (const step of steps) {
    if (step.language === 'fields')
      trees.set(step, Object.fromEntries(step.fields.map(({ label, value }) => [label, value])));
    else if (step.language === 'json') trees.set(step, JSON.parse(step.code));
    else if (step.language === 'jsonc') trees.set(step, JSON.parse(step.code.replace(/^\s*\/\/.*$/gm, '')));
    else if (step.language === 'yaml') trees.set(step, parseYaml(step.code));
    else if (step.language === 'toml') trees.set(step, parseToml(step.code) ?? tomls?.get(step) ?? skeleton(step.code));
    else if (step.language === 'python') trees.set(step, pythons?.get(step) ?? skeleton(step.code));
    else if (step.language === 'typescript')
      trees.set(step, withoutPositions(parseAst(step.code, { lang: 'ts' }) as unknown as Json));
    else trees.set(step, await runShell(step.code));
  }
  return snippets.map((list) => list.map((step) => trees.get(step) ?? null));
}

function optional(name: string): unknown {
  try {
    return require(name);
  } catch {
    return undefined;
  }
}

function parseYaml(text: string): Json {
  const yaml = optional('js-yaml') as { load: (text: string) => Json } | undefined;
  return yaml ? yaml.load(text) : skeleton(text);
}

function parseToml(text: string): Json | undefined {
  const toml = optional('smol-toml') as { parse: (text: string) => Json } | undefined;
  return toml && JSON.parse(JSON.stringify(toml.parse(text)));
}

// Without a parser: every string of these languages is also one of JSON here, and what is left between them is compared.
function skeleton(code: string): Json {
  const strings = [...code.matchAll(/"(?:[^"\\\n]|\\.)*"/g)].map(([text]) => JSON.parse(text) as string);
  const between = code.replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
  expect(between.replaceAll('""', '')).not.toContain('"');
  return { between, strings };
}

const pythonParser = `
import ast, json, sys, tomllib
def tree(node):
    if isinstance(node, ast.AST):
        return {"node": type(node).__name__, **{name: tree(value) for name, value in ast.iter_fields(node)}}
    return [tree(one) for one in node] if isinstance(node, list) else node
parse = {"python": lambda text: tree(ast.parse(text)), "toml": tomllib.loads}[sys.argv[1]]
print(json.dumps([parse(text) for text in json.load(sys.stdin)]))
`;

function parseWithPython(language: string, steps: readonly RenderedStep[]): Map<RenderedStep, Json> | undefined {
  const wanted = steps.flatMap((step) => (step.language === language && 'code' in step ? [step] : []));
  if (!hasPython || wanted.length === 0) return undefined;
  const texts = JSON.stringify(wanted.map(({ code }) => code));
  const { stdout, stderr } = spawnSync('python3', ['-c', pythonParser, language], { input: texts, encoding: 'utf8' });
  expect(stderr).toBe('');
  const trees = JSON.parse(stdout) as Json[];
  return new Map(wanted.map((step, index) => [step, trees[index] ?? null]));
}

const commands = ['aider', 'cline', 'codex', 'copilot', 'curl', 'docker', 'ollama', 'opencode'];

function called(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Json {
  return { calls: [{ command, args, env }] };
}

/** Runs it in a folder of stand-ins: which commands it called, with which words, and what they saw in the environment. */
async function runShell(code: string): Promise<Json> {
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls.jsonl');
  mkdirSync(bin, { recursive: true });
  writeFileSync(log, '');
  for (const command of commands) {
    const script = `const { basename } = require('node:path');
      const [, command, ...args] = process.argv;
      const { PATH, PWD, SHLVL, OLDPWD, _, ...env } = process.env;
      require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify({ command: basename(command), args, env }) + '\\n');`;
    writeFileSync(join(bin, command), `#!${process.execPath}\n${script}`);
    chmodSync(join(bin, command), 0o755);
  }
  const checked = spawnSync('sh', ['-n', '-c', code], { encoding: 'utf8' });
  expect(checked.stderr).toBe('');
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', code], {
    cwd: bin,
    env: { PATH: bin },
    encoding: 'utf8',
  });
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return { calls: lines.map((line) => JSON.parse(line) as Json) };
}

function withoutPositions(tree: Json): Json {
  if (Array.isArray(tree)) return tree.map(withoutPositions);
  if (typeof tree !== 'object' || tree === null) return tree;
  const kept = Object.entries(tree).filter(([name]) => !['start', 'end', 'raw', 'range', 'loc'].includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutPositions(value)]));
}

/** The names and values of all `name: "text"` and `name: true` in a TypeScript tree. */
function literalProperties(tree: Json): Readonly<Record<string, Json>> {
  return collected(tree, (node) => {
    const { type, key, value } = node as {
      type?: Json;
      key?: { name?: string };
      value?: { type?: Json; value?: Json };
    };
    return type === 'Property' && value?.type === 'Literal' ? [key?.name ?? '', value.value ?? null] : undefined;
  });
}

function literalKeywords(tree: Json): Readonly<Record<string, Json>> {
  return collected(tree, (node) => {
    const { node: type, arg, value } = node as { node?: Json; arg?: string; value?: { node?: Json; value?: Json } };
    return type === 'keyword' && value?.node === 'Constant' ? [arg ?? '', value.value ?? null] : undefined;
  });
}

function collected(tree: Json, pick: (node: Json) => readonly [string, Json] | undefined): Record<string, Json> {
  if (typeof tree !== 'object' || tree === null) return {};
  const own = pick(tree);
  const below = Object.values(tree).map((value) => collected(value, pick));
  return Object.assign({}, ...below, own && { [own[0]]: own[1] });
}

type Replacement = readonly [marker: string, value: string | undefined, where?: 'body'];

// A request body inside a shell word is JSON once more, so a marker in it stands for the value as JSON spells it.
function replaceStrings<T extends Json>(tree: T, replacements: readonly Replacement[]): T {
  const inText = (text: string): string => {
    const isBody = text.startsWith('{"model":');
    return replacements.reduce(
      (done, [marker, value = '', where]) =>
        where === undefined || isBody ? done.replaceAll(marker, () => value) : done,
      text,
    );
  };
  const walk = (node: Json): Json => {
    if (typeof node === 'string') return inText(node);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [inText(name), walk(value)]));
  };
  return walk(tree) as T;
}
