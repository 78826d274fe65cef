// The first program against this server with each library: address, key, one question. Data only.

import { type Client, python, source, typescript } from './snippets-template.ts';

// A slot like any other, so that nobody who reads this file's imports takes the reader's for ours.
const npm = (name: string) => () => name;

export const sdks: readonly Client[] = [
  {
    id: 'openai-ts',
    name: 'OpenAI SDK (TypeScript)',
    group: 'sdk',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Without arguments it reads OPENAI_BASE_URL and OPENAI_API_KEY.',
    steps: [
      {
        title: 'npm install openai',
        where: source,
        body: typescript`
          import OpenAI from ${npm('openai')};

          const client = new OpenAI({
            baseURL: ${'v1'},
            apiKey: ${'key'},
          });

          const answer = await client.chat.completions.create({
            model: ${'model'},
            messages: [{ role: "user", content: "Hello" }],
          });
          console.log(answer.choices[0]?.message.content);
        `,
      },
    ],
  },
  {
    id: 'openai-python',
    name: 'OpenAI SDK (Python)',
    group: 'sdk',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Without arguments it reads OPENAI_BASE_URL and OPENAI_API_KEY.',
    steps: [
      {
        title: 'pip install openai',
        where: source,
        body: python`
          from openai import OpenAI

          client = OpenAI(
              base_url=${'v1'},
              api_key=${'key'},
          )

          answer = client.chat.completions.create(
              model=${'model'},
              messages=[{"role": "user", "content": "Hello"}],
          )
          print(answer.choices[0].message.content)
        `,
      },
    ],
  },
  {
    id: 'anthropic-ts',
    name: 'Anthropic SDK (TypeScript)',
    group: 'sdk',
    dialect: 'anthropic',
    address: 'root',
    support: 'works',
    notes:
      'The address has no /v1: the library adds it. Without arguments it reads ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY.',
    steps: [
      {
        title: 'npm install @anthropic-ai/sdk',
        where: source,
        body: typescript`
          import Anthropic from ${npm('@anthropic-ai/sdk')};

          const client = new Anthropic({
            baseURL: ${'root'},
            apiKey: ${'key'},
          });

          const message = await client.messages.create({
            model: ${'model'},
            max_tokens: 1024,
            messages: [{ role: "user", content: "Hello" }],
          });
          console.log(message.content);
        `,
      },
    ],
  },
  {
    id: 'anthropic-python',
    name: 'Anthropic SDK (Python)',
    group: 'sdk',
    dialect: 'anthropic',
    address: 'root',
    support: 'works',
    notes:
      'The address has no /v1: the library adds it. Without arguments it reads ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY.',
    steps: [
      {
        title: 'pip install anthropic',
        where: source,
        body: python`
          from anthropic import Anthropic

          client = Anthropic(
              base_url=${'root'},
              api_key=${'key'},
          )

          message = client.messages.create(
              model=${'model'},
              max_tokens=1024,
              messages=[{"role": "user", "content": "Hello"}],
          )
          print(message.content)
        `,
      },
    ],
  },
  {
    id: 'ollama-js',
    name: 'Ollama SDK (JavaScript)',
    group: 'sdk',
    dialect: 'ollama',
    address: 'root',
    support: 'works',
    notes: 'The key must stand in `headers`: OLLAMA_API_KEY is used for ollama.com alone.',
    steps: [
      {
        title: 'npm install ollama',
        where: source,
        body: typescript`
          import { Ollama } from ${npm('ollama')};

          const client = new Ollama({
            host: ${'root'},
            headers: { Authorization: ${({ key }) => `Bearer ${key}`} },
          });

          const answer = await client.chat({
            model: ${'model'},
            messages: [{ role: "user", content: "Hello" }],
          });
          console.log(answer.message.content);
        `,
      },
    ],
  },
  {
    id: 'ollama-python',
    name: 'Ollama SDK (Python)',
    group: 'sdk',
    dialect: 'ollama',
    address: 'root',
    support: 'works',
    notes: 'Without arguments it reads OLLAMA_HOST and OLLAMA_API_KEY. An address without a port means port 80.',
    steps: [
      {
        title: 'pip install ollama',
        where: source,
        body: python`
          from ollama import Client

          client = Client(
              host=${'root'},
              headers={"Authorization": ${({ key }) => `Bearer ${key}`}},
          )

          answer = client.chat(
              model=${'model'},
              messages=[{"role": "user", "content": "Hello"}],
          )
          print(answer.message.content)
        `,
      },
    ],
  },
  {
    id: 'lmstudio-sdk',
    name: 'LM Studio SDK',
    group: 'sdk',
    dialect: 'lmstudio',
    address: 'root',
    support: 'not-yet',
    notes:
      'Not yet: it speaks over WebSockets, which Keyhatch does not offer, and accepts only keys of the form sk-lm-…:…. Use an OpenAI or Anthropic SDK for the same models.',
    steps: [],
  },
  {
    id: 'vercel-ai',
    name: 'Vercel AI SDK',
    group: 'sdk',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'Keep includeUsage: without it, streamed answers of most servers carry no token counts.',
    steps: [
      {
        title: 'npm install ai @ai-sdk/openai-compatible',
        where: source,
        body: typescript`
          import { createOpenAICompatible } from ${npm('@ai-sdk/openai-compatible')};
          import { generateText } from ${npm('ai')};

          const keyhatch = createOpenAICompatible({
            name: "keyhatch",
            baseURL: ${'v1'},
            apiKey: ${'key'},
            includeUsage: true,
          });

          const { text } = await generateText({
            model: keyhatch(${'model'}),
            prompt: "Hello",
          });
          console.log(text);
        `,
      },
    ],
  },
  {
    id: 'langchain-js',
    name: 'LangChain (JavaScript)',
    group: 'sdk',
    dialect: 'openai',
    address: 'v1',
    support: 'works',
    notes: 'The address belongs into `configuration`, not beside the key.',
    steps: [
      {
        title: 'npm install @langchain/openai @langchain/core',
        where: source,
        body: typescript`
          import { ChatOpenAI } from ${npm('@langchain/openai')};

          const model = new ChatOpenAI({
            model: ${'model'},
            apiKey: ${'key'},
            configuration: { baseURL: ${'v1'} },
          });

          const answer = await model.invoke("Hello");
          console.log(answer.content);
        `,
      },
    ],
  },
];
