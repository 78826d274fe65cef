// The contract over all three ways in: the message port of the window, the dashboard's HTTP and the command line's socket.
// Every call of the contract is made through each, and the answers are held against each other.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { isContractProcedure } from '@orpc/contract';
import { RPCHandler } from '@orpc/server/message-port';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ContractClient, connectControl } from '../../../electron/control/control-client.ts';
import { startControlServer } from '../../../electron/control/control-server.ts';
import type { DashboardRouter } from '../../../electron/dashboard/dashboard-answer.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { Change } from '../../../shared/change.ts';
import { contract } from '../../../shared/contract.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import { atTheMachine } from '../../../shared/people-model.ts';
import { dashboardClient, signIn } from '../../fakes/browser.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';
import { createFakeInstance, home, laptop, studio } from '../../unit/cli/fake-instance.ts';

/** What each call is asked. A call of the contract that is missing here fails the first test. */
const inputs: Readonly<Record<string, unknown>> = {
  'status.get': undefined,
  'changes.watch': undefined,
  'server.start': undefined,
  'server.stop': undefined,
  'server.setLan': { on: true },
  'server.checkPort': { port: 1235 },
  'keys.create': { name: 'tablet', rpm: null, models: ['qwen3-8b'] },
  'keys.list': undefined,
  'keys.get': { ref: laptop.name },
  'keys.edit': { ref: laptop.id, project: null, expiresAt: null },
  'keys.pause': { ref: laptop.id },
  'keys.resume': { ref: laptop.id },
  'keys.revoke': { ref: laptop.id },
  'keys.delete': { ref: laptop.id },
  'keys.rotate': { ref: laptop.id },
  'keys.resetCounters': { ref: laptop.id },
  'policy.test': { key: laptop.name, operation: 'chat', model: 'qwen3-8b', from: '192.168.1.7' },
  'keys.topUp': { ref: laptop.id, add: { period: 'day', tokens: 1000, endsAt: 2_000_000_000_000 } },
  'limits.get': { ref: laptop.id },
  'keys.endOldSecret': { ref: laptop.id },
  'keys.acceptWeak': { ref: laptop.id },
  'keys.import': { text: 'laptop,sk-0123456789abcdef', dryRun: true },
  'keys.export': undefined,
  'backup.create': { passphrase: 'correct horse battery' },
  'backup.restore': { text: 'sealed', passphrase: 'correct horse battery' },
  'projects.create': { name: 'thesis', aliases: { fast: 'qwen3-8b' } },
  'projects.list': undefined,
  'projects.get': { ref: home.name },
  'projects.edit': { ref: home.id, environment: 'test', models: null },
  'projects.topUp': { ref: home.id, add: { period: 'day', tokens: 1000, endsAt: 2_000_000_000_000 } },
  'projects.archive': { ref: home.id },
  'projects.unarchive': { ref: home.id },
  'projects.delete': { ref: home.id },
  'history.list': { subject: laptop.name, sinceMs: 60_000 },
  'tls.get': undefined,
  'tls.usePem': { certificate: 'certificate', key: 'key' },
  'tls.useOwn': undefined,
  'tls.renew': undefined,
  'tls.newAuthority': undefined,
  'upstreams.list': undefined,
  'upstreams.add': { url: studio.url },
  'upstreams.test': { ref: studio.id },
  'upstreams.edit': { ref: studio.id, parallel: 2 },
  'upstreams.remove': { ref: studio.id },
  'settings.list': undefined,
  'settings.get': { name: 'server.port' },
  'settings.set': { name: 'cors.origins', value: ['https://app.example'] },
  'usage.report': { sinceMs: 60_000, by: 'key' },
  'usage.series': { sinceMs: 60_000, by: 'model' },
  'usage.unmetered': { sinceMs: 60_000 },
  'usage.details': { from: 1_000, until: 2_000, project: null },
  'usage.lifetime': { by: 'key' },
  'usage.export': { sinceMs: 60_000, by: 'client', every: 'day', format: 'csv' },
  'requests.list': {},
  'requests.get': { id: 'gone' },
  'requests.running': undefined,
  'requests.conversation': { id: 'gone' },
  'requests.replay': { id: 'gone', model: 'qwen3-8b' },
  'capture.list': undefined,
  'capture.start': { ref: laptop.id, forMs: 60_000 },
  'capture.stop': { ref: laptop.id },
  'capture.wipe': undefined,
  'requests.export': { sinceMs: 60_000, format: 'json' },
  'api.document': undefined,
  'network.interfaces': undefined,
  'audit.verify': undefined,
  'audit.export': { format: 'csv' },
  'audit.beginAnew': undefined,
  'lockout.list': undefined,
  'lockout.unlock': { address: '192.0.2.7' },
  'ways.list': undefined,
  'ways.addRule': { key: laptop.id, cidr: '192.168.1.0/24' },
  'ways.setPort': { key: laptop.id, port: 1300 },
  'ways.addPath': { key: laptop.id, name: 'tv', networks: ['my-network'] },
  'ways.close': { id: 'wayrule1' },
  'people.list': undefined,
  'people.get': { ref: 'Anna' },
  'people.edit': { ref: 'Anna', status: 'paused' },
  'people.remove': { ref: 'Anna' },
  'people.invite': { role: 'viewer' },
  'people.invites': undefined,
  'people.cancelInvite': { id: 'iNvIiNvI' },
  'people.resetPassword': { ref: 'aNnAaNnA' },
  'me.get': undefined,
  'me.rename': { name: 'Anna' },
  'me.setPassword': { password: 'my dog eats blue socks' },
  'me.beginTotp': undefined,
  'me.confirmTotp': { code: '123 456' },
  'me.removeTotp': undefined,
  'me.newRecoveryCodes': undefined,
  'sessions.list': undefined,
  'sessions.end': { id: '3fa1c2d4' },
  'sessions.endOthers': undefined,
  'profile.get': undefined,
  'dashboard.link': undefined,
  'desktop.get': undefined,
  'desktop.copySecret': { text: 'ümlaut \u2028 "quoted"' },
  'desktop.installCommandLine': undefined,
  'desktop.checkForUpdates': undefined,
  'desktop.restartToUpdate': undefined,
  'detect.run': undefined,
  'doctor.run': undefined,
};

const paths = pathsIn(contract);

function pathsIn(part: object, above: readonly string[] = []): string[] {
  if (isContractProcedure(part)) return [above.join('.')];
  return Object.entries(part).flatMap(([name, below]) => pathsIn(below as object, [...above, name]));
}

type ThreeWays = Readonly<Record<'message port' | 'dashboard' | 'command line', ContractClient>>;

/** As desktop/ipc-adapter.ts answers it and renderer/api asks it, with threads' ports in the place of Electron's. */
function overMessagePort(router: DashboardRouter): ContractClient {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const handler = new RPCHandler(router, { clientInterceptors: [errorsToWire(silentLog)] });
  handler.upgrade(port2 as MessagePort, { context: { caller: atTheMachine } });
  port2.start();
  const link = new RPCLink({ port: port1, interceptors: [errorsFromWire()] });
  port1.start();
  return createORPCClient(link);
}

async function overSocket(dataDir: string): Promise<ContractClient> {
  const connection = await connectControl({ dataDir });
  if (!connection) throw new Error('nothing runs there');
  onTestFinished(connection.close);
  return connection.client;
}

/** One stand-in for core behind all three, so that equal questions have equal answers. */
async function threeWaysToAFake(): Promise<ThreeWays> {
  const { router } = createFakeInstance();
  const dataDir = await mkdtemp(join(tmpdir(), 'kh-contract-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const control = await startControlServer({ dataDir, router, log: silentLog });
  onTestFinished(control.close);
  const { dashboard, url } = await makeDashboard({ router: () => router });
  return {
    'message port': overMessagePort(router),
    dashboard: dashboardClient(url, await signIn(dashboard.link().url)),
    'command line': await overSocket(dataDir),
  };
}

/** What came back, whole: a value, all events of a stream, or an error of the catalogue. */
async function outcomeOf(client: ContractClient, path: string, input: unknown): Promise<unknown> {
  const call = path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], client);
  try {
    const value = await (call as (input: unknown) => Promise<unknown>)(input);
    if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return { value };
    const events: unknown[] = [];
    for await (const event of value as AsyncIterable<unknown>) events.push(event);
    return { events };
  } catch (error) {
    if (!(error instanceof KeyhatchError)) throw error;
    const { code, status, message, details, retry } = error;
    return { error: { code, status, message, details, retry } };
  }
}

async function outcomesOf(ways: ThreeWays, path: string, input: unknown): Promise<unknown[]> {
  return Promise.all(Object.values(ways).map((client) => outcomeOf(client, path, input)));
}

test('every call of the contract is asked here, and nothing else', () => {
  expect(paths.length).toBeGreaterThan(30);
  expect(Object.keys(inputs).sort()).toEqual([...paths].sort());
});

describe('is answered alike on all three', () => {
  test.each(paths)('%s', async (path) => {
    const [first, ...others] = await outcomesOf(await threeWaysToAFake(), path, inputs[path]);
    expect(first).toMatchObject(expected(path));
    for (const other of others) expect(other).toEqual(first);
  });
});

function expected(path: string): object {
  if (path.startsWith('desktop.')) return { error: { code: 'desktop_only', status: 409 } };
  if (path === 'requests.get') return { error: { code: 'request_not_found', status: 404, details: { id: 'gone' } } };
  if (path === 'requests.conversation') return { error: { code: 'capture_not_found', status: 404 } };
  if (path === 'changes.watch') return { events: [{ type: 'ready' }, { type: 'status' }] };
  if (path.endsWith('.export') && path !== 'keys.export') return { events: [{ text: 'a,b\r\n', done: 0, total: 0 }] };
  return { value: expect.anything() };
}

describe('is refused alike on all three', () => {
  test.each([
    ['keys.get', { ref: 'nobody' }, { code: 'key_not_found', status: 404, details: { ref: 'nobody' } }],
    ['keys.get', { ref: '' }, { code: 'input_invalid', status: 400 }],
    ['keys.create', undefined, { code: 'input_invalid', status: 400 }],
    ['settings.get', { name: 'no.such' }, { code: 'setting_unknown', status: 404 }],
  ])('%s %j', async (path, input, error) => {
    const [first, ...others] = await outcomesOf(await threeWaysToAFake(), path, input);
    expect(first).toMatchObject({ error });
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('in the whole house', () => {
  async function threeWaysToAHouse(): Promise<ThreeWays> {
    const { house, dataDir } = await composeHouse();
    const url = house.status().dashboard.url ?? '';
    return {
      'message port': overMessagePort(house.router),
      dashboard: dashboardClient(url, await signIn(house.dashboardLink().url)),
      'command line': await overSocket(dataDir),
    };
  }

  /** The next change of this kind, whatever comes before it. */
  async function next<Type extends Change['type']>(events: AsyncIterator<Change>, type: Type) {
    for (;;) {
      const { done, value } = await events.next();
      if (done) throw new Error(`the stream ended before ${type}`);
      if (value.type === type) return value as Extract<Change, { type: Type }>;
    }
  }

  test('what one of them changes, all three hear, and then all three see', async () => {
    const ways = await threeWaysToAHouse();
    const clients = Object.values(ways);
    const streams = await Promise.all(clients.map((client) => client.changes.watch()));
    for (const stream of streams) expect((await stream.next()).value).toEqual({ type: 'ready' });
    for (const [i, client] of clients.entries()) {
      const { facts } = await client.keys.create({ name: `key ${i}` });
      const told = await Promise.all(streams.map((stream) => next(stream, 'key')));
      for (const { key } of told) expect(key).toEqual(facts);
      const lists = await Promise.all(clients.map((one) => one.keys.list()));
      for (const list of lists) expect(list.map(({ name }) => name)).toContain(`key ${i}`);
    }
    for (const stream of streams) await stream.return?.();
    expect(await ways.dashboard.keys.get({ ref: 'key 0' })).toEqual(
      await ways['command line'].keys.get({ ref: 'key 0' }),
    );
  });
});
