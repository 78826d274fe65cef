// Every call of the contract, one line each: reads like a table of contents of what Keyhatch can do. Transports decide
// who may call; errors leave here as KeyhatchError.

import { implement } from '@orpc/server';
import { contract } from '../../shared/contract.ts';
import type { DetectedServer, Finding, Status, UsageGroup, UsageReport } from '../../shared/model.ts';
import type { Keys } from './keys.ts';
import type { ServerControl } from './server-control.ts';
import type { SettingsCalls } from './settings-calls.ts';
import type { Upstreams } from './upstreams.ts';

export type RouterPorts = {
  readonly status: () => Status;
  readonly server: ServerControl;
  readonly keys: Keys;
  readonly upstreams: Upstreams;
  readonly settings: SettingsCalls;
  readonly usage: (sinceMs: number, by: UsageGroup) => UsageReport;
  readonly detect: () => Promise<DetectedServer[]>;
  readonly examine: () => Promise<Finding[]>;
};

export function createRouter({ status, server, keys, upstreams, settings, usage, detect, examine }: RouterPorts) {
  const calls = implement(contract);
  return calls.router({
    status: {
      get: calls.status.get.handler(() => status()),
    },
    server: {
      start: calls.server.start.handler(() => server.start().then(status)),
      stop: calls.server.stop.handler(() => server.stop().then(status)),
    },
    keys: {
      create: calls.keys.create.handler(({ input }) => keys.create(input)),
      list: calls.keys.list.handler(() => keys.list()),
      get: calls.keys.get.handler(({ input }) => keys.get(input.ref)),
      edit: calls.keys.edit.handler(({ input }) => keys.edit(input)),
      pause: calls.keys.pause.handler(({ input }) => keys.setPaused(input.ref, true)),
      resume: calls.keys.resume.handler(({ input }) => keys.setPaused(input.ref, false)),
      revoke: calls.keys.revoke.handler(({ input }) => keys.revoke(input.ref)),
      delete: calls.keys.delete.handler(({ input }) => keys.delete(input.ref)),
      rotate: calls.keys.rotate.handler(({ input }) => keys.rotate(input.ref, input.graceMs)),
    },
    upstreams: {
      list: calls.upstreams.list.handler(() => upstreams.statuses()),
      add: calls.upstreams.add.handler(({ input }) => upstreams.add(input)),
      test: calls.upstreams.test.handler(({ input }) => upstreams.test(input.ref)),
      remove: calls.upstreams.remove.handler(({ input }) => upstreams.remove(input.ref)),
    },
    settings: {
      list: calls.settings.list.handler(() => settings.list()),
      get: calls.settings.get.handler(({ input }) => settings.get(input.name)),
      set: calls.settings.set.handler(({ input }) => settings.set(input.name, input.value, input.confirm)),
    },
    usage: {
      report: calls.usage.report.handler(({ input }) => usage(input.sinceMs, input.by)),
    },
    detect: {
      run: calls.detect.run.handler(() => detect()),
    },
    doctor: {
      run: calls.doctor.run.handler(() => examine()),
    },
  });
}

export type Router = ReturnType<typeof createRouter>;
