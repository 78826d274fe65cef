import { expect, test } from 'vitest';
import { detectServers, usualPorts } from '../../../electron/upstream/detect.ts';
import {
  startFakeLlamaCpp,
  startFakeOllama,
  startFakeServer,
  startFakeVllm,
  startFakeWebPage,
} from '../../fakes/model-servers.ts';
import { opening } from '../../fakes/opening.ts';

const timeoutMs = 1500;

test('finds model servers among other programs, and nothing else', async () => {
  const ollama = await opening(startFakeOllama({ models: ['llama3:latest'] }));
  const vllm = await opening(startFakeVllm({ credential: 'k' }));
  const page = await opening(startFakeWebPage());
  const silent = await opening(startFakeServer({ routes: {}, anythingElse: { body: '', silent: true } }));
  const found = await detectServers({
    timeoutMs,
    ports: [ollama.port, vllm.port],
    extraPorts: [page.port, silent.port],
  });
  expect(found).toEqual([
    { url: ollama.url.origin, kind: 'ollama', name: 'Ollama', models: ['llama3:latest'], needsCredential: false },
    { url: vllm.url.origin, kind: 'vllm', name: 'vLLM', models: [], needsCredential: true },
  ]);
});

test('tells one server on 127.0.0.1 and ::1 once, as 127.0.0.1', async () => {
  const four = await opening(startFakeLlamaCpp());
  await opening(startFakeLlamaCpp({ host: '::1', port: four.port }));
  const found = await detectServers({ timeoutMs, ports: [four.port] });
  expect(found.map(({ url }) => url)).toEqual([`http://127.0.0.1:${four.port}`]);
});

test('tells two servers on one port apart', async () => {
  const four = await opening(startFakeLlamaCpp());
  await opening(startFakeOllama({ host: '::1', port: four.port }));
  const found = await detectServers({ timeoutMs, ports: [four.port] });
  expect(found.map(({ url, kind }) => [url, kind])).toEqual([
    [`http://127.0.0.1:${four.port}`, 'llamacpp'],
    [`http://[::1]:${four.port}`, 'ollama'],
  ]);
});

test('finds a server that listens on ::1 alone', async () => {
  const six = await opening(startFakeOllama({ host: '::1' }));
  const found = await detectServers({ timeoutMs, ports: [six.port] });
  expect(found.map(({ url }) => url)).toEqual([`http://[::1]:${six.port}`]);
});

test('leaves our own listeners alone', async () => {
  const own = await opening(startFakeOllama());
  expect(await detectServers({ timeoutMs, ports: [own.port], exceptPorts: [own.port] })).toEqual([]);
  expect(own.requests).toEqual([]);
});

test('knows the usual ports, each once', () => {
  expect(usualPorts()).toEqual([...new Set(usualPorts())]);
  expect(usualPorts()).toEqual(expect.arrayContaining([1234, 11434, 8080, 9931, 8000, 1337, 5001, 5000, 4891, 30000]));
});
