// A model server of moods, in this process: whole answers, streams, errors, broken answers and slow ones, by chance. What it
// answers whole says what it used.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const models = JSON.stringify({ object: 'list', data: [{ id: 'moody', object: 'model', owned_by: 'bench' }] });
const slowMs = 40;

export async function startMoodyUpstream() {
  const server = createServer((req, res) => {
    if (req.method !== 'POST') return res.setHeader('content-type', 'application/json').end(models);
    let text = '';
    req.on('data', (part: Buffer) => (text += part.toString('utf8')));
    req.on('end', () => answer(res, text.includes('"stream":true')));
    return undefined;
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(res: ServerResponse, streamed: boolean): void {
  const mood = Math.random();
  const say = () => (streamed ? stream(res, mood > 0.97) : whole(res, mood > 0.97));
  if (mood < 0.05)
    res.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"in a bad mood"}}');
  else if (mood < 0.08) res.destroy();
  else if (mood < 0.16) setTimeout(say, slowMs);
  else say();
}

const usage = () => ({
  prompt_tokens: 10 + Math.floor(Math.random() * 90),
  completion_tokens: 1 + Math.floor(Math.random() * 50),
});

function whole(res: ServerResponse, breaks: boolean): void {
  const message = { role: 'assistant', content: 'Good day.' };
  const text = JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    model: 'moody',
    choices: [{ index: 0, message }],
    usage: usage(),
  });
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  if (!breaks) return void res.end(text);
  res.write(text.slice(0, 20), () => res.destroy());
}

function stream(res: ServerResponse, breaks: boolean): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = (body: object) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'moody', ...body })}\n\n`;
  const words = ['Good', ' day', '.'].map((content) => event({ choices: [{ index: 0, delta: { content } }] })).join('');
  if (breaks) return void res.write(words, () => res.destroy());
  res.end(`${words}${event({ choices: [], usage: usage() })}data: [DONE]\n\n`);
}
