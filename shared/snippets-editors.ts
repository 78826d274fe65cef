// How editors are told about this server: exact file or page, exact fields. Data only; where a program
// changed its fields between versions, the newer form stands here.

import {
  type Client,
  choose,
  copy,
  fields,
  homeFile,
  json,
  jsonc,
  shell,
  terminal,
  ui,
  yaml,
} from './snippets-template.ts';

// Nobody can know these from outside; they are small enough for every model and said to be adjusted.
const contextTokens = 32_768;
const outputTokens = 8192;

export const editors: readonly Client[] = [
  {
    id: 'continue',
    name: 'Continue',
    group: 'editor',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Add the entry under the `models` that are already there; the file is read again when it is saved.',
    steps: [
      {
        title: 'Add the model',
        where: homeFile('.continue/config.yaml'),
        body: yaml`
          name: Local Config
          version: 1.0.0
          schema: v1
          models:
            - name: ${({ model }) => `${model} (Keyhatch)`}
              provider: openai
              model: ${'model'}
              apiBase: ${'v1'}
              apiKey: ${'key'}
              roles:
                - chat
                - edit
                - apply
        `,
      },
    ],
  },
  {
    id: 'cline',
    name: 'Cline',
    group: 'editor',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Choose OpenAI Compatible, not LM Studio: that provider lists its models without sending the key.',
    steps: [
      {
        title: 'In VS Code or JetBrains',
        where: ui('Cline › Settings (gear) › API Configuration'),
        body: fields(({ v1, key, model }) => [
          choose('API Provider', 'OpenAI Compatible'),
          copy('Base URL', v1),
          copy('OpenAI Compatible API Key', key),
          copy('Model ID', model),
        ]),
      },
      {
        title: 'On the command line',
        where: terminal,
        body: shell`
          cline auth --provider openai-compatible \\
            --baseurl=${'v1'} \\
            --apikey=${'key'} \\
            --modelid=${'model'}
        `,
      },
    ],
  },
  {
    id: 'roo-code',
    name: 'Roo Code',
    group: 'editor',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Do not use its LM Studio provider: it sends a fixed placeholder as the key and lists models without one.',
    steps: [
      {
        title: 'Add the provider',
        where: ui('Roo Code › Settings (gear) › Providers'),
        body: fields(({ v1, key, model }) => [
          choose('API Provider', 'OpenAI Compatible'),
          copy('Base URL', v1),
          copy('API Key', key),
          copy('Model', model),
        ]),
      },
    ],
  },
  {
    id: 'zed',
    name: 'Zed',
    group: 'editor',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Zed keeps the key in the system keychain, never in its settings file.',
    steps: [
      {
        title: 'Add the provider',
        where: {
          kind: 'file',
          macos: '~/.config/zed/settings.json',
          linux: '~/.config/zed/settings.json',
          windows: '%APPDATA%\\Zed\\settings.json',
          via: 'Command palette › zed: open settings file',
        },
        body: jsonc(
          'max_tokens is the size of the context: set it to what your server gives this model.',
          (values) => ({
            language_models: {
              openai_compatible: {
                Keyhatch: {
                  api_url: values.v1,
                  available_models: [
                    {
                      name: values.model,
                      display_name: values.model,
                      max_tokens: contextTokens,
                      capabilities: { tools: true },
                    },
                  ],
                },
              },
            },
          }),
        ),
      },
      {
        title: 'Enter the key',
        where: ui('Command palette › agent: open settings › LLM Providers › Keyhatch'),
        body: fields(({ key }) => [copy('API key', key)]),
      },
    ],
  },
  {
    id: 'vscode-copilot',
    name: 'VS Code (Copilot BYOK)',
    group: 'editor',
    dialect: 'openai',
    address: 'chat-completions',
    support: 'works',
    notes:
      'Needs VS Code 1.122 or newer; set the two token limits to what your server gives this model. Its Ollama provider cannot send a key.',
    steps: [
      {
        title: 'Add the endpoint to the list',
        where: {
          kind: 'file',
          macos: '~/Library/Application Support/Code/User/chatLanguageModels.json',
          linux: '~/.config/Code/User/chatLanguageModels.json',
          windows: '%APPDATA%\\Code\\User\\chatLanguageModels.json',
          via: 'Command Palette › Chat: Open Language Models (JSON)',
        },
        body: json(({ v1, key, model }) => [
          {
            name: 'Keyhatch',
            vendor: 'customendpoint',
            apiKey: key,
            apiType: 'chat-completions',
            models: [
              {
                id: model,
                name: model,
                url: `${v1}/chat/completions`,
                toolCalling: true,
                vision: false,
                maxInputTokens: contextTokens - outputTokens,
                maxOutputTokens: outputTokens,
              },
            ],
          },
        ]),
      },
    ],
  },
  {
    id: 'jetbrains',
    name: 'JetBrains AI Assistant',
    group: 'editor',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'One entry holds one model. It does not say who it is, so its requests show up without a client name.',
    steps: [
      {
        title: 'Add the provider',
        where: ui('Settings › Tools › AI Assistant › Providers & API keys'),
        body: fields(({ v1, key, model }) => [
          choose('Provider', 'OpenAI-compatible'),
          copy('Base URL', v1),
          copy('Key', key),
          copy('Model', model),
        ]),
      },
    ],
  },
  {
    id: 'cursor',
    name: 'Cursor',
    group: 'editor',
    dialect: 'openai',
    address: 'v1',
    support: 'limited',
    notes:
      'Requests come from Cursor’s own servers: it needs a public https address, a tunnel for instance, whose host name is in server.allowedHosts, and a paid plan. Tab completion stays with Cursor’s own model.',
    steps: [
      {
        title: 'Override the OpenAI address with your public one',
        where: ui('Cursor Settings › Models › API Keys'),
        body: fields(({ v1, key, model }) => [
          copy('OpenAI API Key', key),
          // A local address could only be copied in vain.
          copy('Override OpenAI Base URL', v1.startsWith('https://') ? v1 : 'https://your-public-host.example/v1'),
          copy('Add Custom Model', model),
        ]),
      },
    ],
  },
  {
    id: 'xcode',
    name: 'Xcode',
    group: 'editor',
    dialect: 'openai',
    address: 'root',
    support: 'works',
    notes:
      'Choose Internet Hosted even on this computer: Locally Hosted has no field for a key. Xcode adds /v1 itself and reads the models from the server.',
    steps: [
      {
        title: 'Add a chat provider (earlier: model provider)',
        where: ui('Xcode › Settings › Intelligence › Add a Chat Provider'),
        body: fields(({ root, key }) => [
          choose('Type', 'Internet Hosted'),
          copy('URL', root),
          copy('API Key', key),
          copy('API Key Header', 'x-api-key'),
          copy('Description', 'Keyhatch'),
        ]),
      },
    ],
  },
];
