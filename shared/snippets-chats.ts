// How chat programs are told about this server: exact page and fields, or the command that starts them.
// Data only.

import { type Client, choose, copy, fields, shell, terminal, ui } from './snippets-template.ts';

export const chats: readonly Client[] = [
  {
    id: 'open-webui',
    name: 'Open WebUI',
    group: 'chat',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes:
      'In Docker, use host.docker.internal instead of 127.0.0.1. On Linux a container reaches Keyhatch only when it also listens on an address other than 127.0.0.1.',
    steps: [
      {
        title: 'Add a connection to a running Open WebUI',
        where: ui('Admin Settings › Connections › OpenAI › Manage › Add New Connection'),
        body: fields(({ v1, key }) => [copy('URL', v1), copy('API Key', key)]),
      },
      {
        title: 'Or start a new one in Docker',
        where: terminal,
        body: shell`
          docker run -d --name open-webui -p 3000:8080 \\
            --add-host=host.docker.internal:host-gateway \\
            -v open-webui:/app/backend/data \\
            -e OPENAI_API_BASE_URLS=${'containerV1'} \\
            -e OPENAI_API_KEYS=${'key'} \\
            ghcr.io/open-webui/open-webui:main
        `,
      },
    ],
  },
  {
    id: 'obsidian-copilot',
    name: 'Obsidian Copilot',
    group: 'chat',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes:
      'Either switch on Enable CORS there, and answers arrive whole instead of word by word, or allow its page here: set cors.mode to list and add app://obsidian.md to cors.origins.',
    steps: [
      {
        title: 'Add the provider',
        where: ui('Settings › Copilot › Add provider › Add a custom provider'),
        body: fields(({ v1, key, model }) => [
          copy('Display name', 'Keyhatch'),
          copy('API key', key),
          copy('Base URL', v1),
          choose('Enable CORS', 'on'),
          copy('Models', model),
        ]),
      },
    ],
  },
];
