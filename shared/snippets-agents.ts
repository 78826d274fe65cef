// How coding agents and shell tools are told about this server: exact file, fields and variables.
// Data only. Keys go into variables where the program reads one, so that they lie in no project folder.

import { type Client, homeFile, json, shell, terminal, toml } from './snippets-template.ts';

const keyVariable = 'KEYHATCH_API_KEY';

// opencode replaces {env:…} and {file:…} anywhere in the text, before it is JSON: only our own reference may stay.
function onlyOurReference(text: string): string {
  return text
    .replaceAll('{env:', '\\u007benv:')
    .replaceAll('{file:', '\\u007bfile:')
    .replace(`"apiKey": "\\u007benv:${keyVariable}}"`, `"apiKey": "{env:${keyVariable}}"`);
}

export const agents: readonly Client[] = [
  {
    id: 'claude-code',
    name: 'Claude Code',
    group: 'agent',
    dialect: 'anthropic',
    address: 'root',
    support: 'works',
    notes:
      'Add these lines to the `env` that is already there, and remove ANTHROPIC_API_KEY where it is set. All of its model names then mean the one chosen here.',
    steps: [
      {
        title: 'Add the variables',
        where: homeFile('.claude/settings.json'),
        body: json(({ root, key, model }) => ({
          env: {
            ANTHROPIC_BASE_URL: root,
            ANTHROPIC_AUTH_TOKEN: key,
            ANTHROPIC_DEFAULT_OPUS_MODEL: model,
            ANTHROPIC_DEFAULT_SONNET_MODEL: model,
            ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
            CLAUDE_CODE_SUBAGENT_MODEL: model,
          },
        })),
      },
    ],
  },
  {
    id: 'codex',
    name: 'Codex CLI',
    group: 'agent',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes:
      'It speaks only /v1/responses, so the model server must offer that. Its --oss mode cannot send a key; the first two lines belong above every [table] of the file.',
    steps: [
      {
        title: 'Add the provider',
        where: homeFile('.codex/config.toml'),
        body: toml`
          model = ${'model'}
          model_provider = "keyhatch"

          [model_providers.keyhatch]
          name = "Keyhatch"
          base_url = ${'v1'}
          env_key = ${() => keyVariable}
          wire_api = "responses"
        `,
      },
      {
        title: 'Set the key and start',
        where: terminal,
        body: shell`
          export KEYHATCH_API_KEY=${'key'}
          codex
        `,
      },
    ],
  },
  {
    id: 'opencode',
    name: 'opencode',
    group: 'agent',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'The key stays in a variable of your shell; the file may lie in a project instead of the home folder.',
    steps: [
      {
        title: 'Add the provider',
        where: homeFile('.config/opencode/opencode.json'),
        body: json(
          ({ v1, model }) => ({
            $schema: 'https://opencode.ai/config.json',
            model: `keyhatch/${model}`,
            provider: {
              keyhatch: {
                npm: '@ai-sdk/openai-compatible',
                name: 'Keyhatch',
                options: { baseURL: v1, apiKey: `{env:${keyVariable}}` },
                models: { [model]: { name: model } },
              },
            },
          }),
          onlyOurReference,
        ),
      },
      {
        title: 'Set the key and start',
        where: terminal,
        body: shell`
          export KEYHATCH_API_KEY=${'key'}
          opencode
        `,
      },
    ],
  },
  {
    id: 'copilot-cli',
    name: 'GitHub Copilot CLI',
    group: 'agent',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes:
      'The model must be able to call tools and to stream. For a server that offers only /v1/responses, set COPILOT_PROVIDER_WIRE_API=responses as well.',
    steps: [
      {
        title: 'Set the variables and start',
        where: terminal,
        body: shell`
          export COPILOT_PROVIDER_TYPE=openai
          export COPILOT_PROVIDER_BASE_URL=${'v1'}
          export COPILOT_PROVIDER_API_KEY=${'key'}
          export COPILOT_MODEL=${'model'}
          copilot
        `,
      },
    ],
  },
  {
    id: 'aider',
    name: 'aider',
    group: 'agent',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes:
      'Its ollama_chat/ and lm_studio/ models read other variables; openai/ works for every server behind Keyhatch.',
    steps: [
      {
        title: 'Set the variables and start',
        where: terminal,
        body: shell`
          export OPENAI_API_BASE=${'v1'}
          export OPENAI_API_KEY=${'key'}
          aider --model ${({ model }) => `openai/${model}`}
        `,
      },
    ],
  },
  {
    id: 'droid',
    name: 'Droid (Factory)',
    group: 'agent',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Choose the model with /model. Older versions read custom_models in ~/.factory/config.json instead.',
    steps: [
      {
        title: 'Add the model',
        where: homeFile('.factory/settings.json'),
        body: json(({ v1, key, model }) => ({
          customModels: [
            {
              model,
              displayName: `${model} (Keyhatch)`,
              baseUrl: v1,
              apiKey: key,
              provider: 'generic-chat-completion-api',
              maxOutputTokens: 8192,
            },
          ],
        })),
      },
    ],
  },
];

export const shells: readonly Client[] = [
  {
    id: 'curl-openai',
    name: 'curl (OpenAI)',
    group: 'shell',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'The key ends up in the history of your shell. In PowerShell, use Git Bash or WSL.',
    steps: [
      {
        title: 'Ask once',
        where: terminal,
        body: shell`
          curl ${({ v1 }) => `${v1}/chat/completions`} \\
            -H ${({ key }) => `Authorization: Bearer ${key}`} \\
            -H 'Content-Type: application/json' \\
            -d ${({ model }) => JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })}
        `,
      },
    ],
  },
  {
    id: 'curl-anthropic',
    name: 'curl (Anthropic)',
    group: 'shell',
    dialect: 'anthropic',
    address: 'root',
    support: 'works',
    notes: 'The key ends up in the history of your shell. In PowerShell, use Git Bash or WSL.',
    steps: [
      {
        title: 'Ask once',
        where: terminal,
        body: shell`
          curl ${({ v1 }) => `${v1}/messages`} \\
            -H ${({ key }) => `x-api-key: ${key}`} \\
            -H 'anthropic-version: 2023-06-01' \\
            -H 'Content-Type: application/json' \\
            -d ${({ model }) => JSON.stringify({ model, max_tokens: 1024, messages: [{ role: 'user', content: 'Hello' }] })}
        `,
      },
    ],
  },
  {
    id: 'curl-ollama',
    name: 'curl (Ollama)',
    group: 'shell',
    dialect: 'ollama',
    address: 'root',
    support: 'works',
    notes: 'The key ends up in the history of your shell. In PowerShell, use Git Bash or WSL.',
    steps: [
      {
        title: 'Ask once',
        where: terminal,
        body: shell`
          curl ${({ root }) => `${root}/api/chat`} \\
            -H ${({ key }) => `Authorization: Bearer ${key}`} \\
            -H 'Content-Type: application/json' \\
            -d ${({ model }) => JSON.stringify({ model, stream: false, messages: [{ role: 'user', content: 'Hello' }] })}
        `,
      },
    ],
  },
  {
    id: 'ollama-cli',
    name: 'Ollama command line',
    group: 'shell',
    dialect: 'ollama',
    address: 'root',
    support: 'limited',
    notes:
      'It cannot send a key: it works only on this computer, while access.localhostBypass is on. Use the Ollama SDK or curl elsewhere.',
    steps: [
      {
        title: 'Point it here',
        where: terminal,
        body: shell`
          export OLLAMA_HOST=${'root'}
          ollama run -- ${'model'}
        `,
      },
    ],
  },
];
