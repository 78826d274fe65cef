// The files that no program of ours reads and no test runs: workflows, the systemd unit and the Containerfile. They name
// flags, files, scripts and credentials of this project, and have to go on naming the right ones.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseServeArguments } from '../../electron/serve/serve-arguments.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const place = { env: {}, platform: 'linux', homeDir: '/home/ada' } as const;

type Step = {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
};
type Job = {
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly environment?: string;
  readonly permissions?: Record<string, string>;
  readonly steps?: readonly Step[];
};
type Workflow = {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
};

const workflows = readdirSync(join(root, '.github/workflows')).map(
  (name) => [name, load(read(`.github/workflows/${name}`)) as Workflow] as const,
);
const release = workflows.find(([name]) => name === 'release.yml')?.[1];

describe.each(workflows)('%s', (_name, workflow) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);

  test('may do nothing but read, unless a job says otherwise', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
  });

  test('runs actions of a version that it names, and checks out without leaving a token behind', () => {
    const used = [...jobs, ...steps].flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((one) => !/@(v\d+|[0-9a-f]{40})$|^\.\/\.github\/workflows\/[\w-]+\.yml$/.test(one))).toEqual([]);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  test('puts nothing that others can name straight into a script', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });
});

test('a release waits for the desktop on every system and for every test, and one job may write', () => {
  const jobs: Workflow['jobs'] = release?.jobs ?? {};
  expect(jobs['desktop']?.uses).toBe('./.github/workflows/desktop.yml');
  for (const name of ['build', 'npm-package']) expect(jobs[name]?.needs).toEqual(['desktop', 'tests']);
  expect(jobs['publish']?.needs).toEqual(['build', 'npm-package']);
  expect(jobs['publish-npm']?.needs).toBe('publish');
  const writing = Object.entries(jobs).filter(([, job]) => JSON.stringify(job.permissions ?? {}).includes('write'));
  expect(writing.map(([name, job]) => [name, job.permissions])).toEqual([
    ['publish', { contents: 'write' }],
    ['publish-npm', { contents: 'read', 'id-token': 'write' }],
  ]);
});

test('whatever signs or publishes runs in an environment that can be guarded', () => {
  const jobs = Object.entries<Job>(release?.jobs ?? {});
  const holdsSecrets = (job: Job) => /secrets\.|github\.token|"write"/.test(JSON.stringify(job));
  expect(jobs.filter(([, job]) => holdsSecrets(job)).map(([name]) => name)).toEqual([
    'build',
    'publish',
    'publish-npm',
  ]);
  for (const [name, job] of jobs)
    expect([name, job.environment]).toEqual([name, holdsSecrets(job) ? 'release' : undefined]);
});

describe.skipIf(process.platform === 'win32')('the step that packs', () => {
  const { run = '' } = release?.jobs['build']?.steps?.find(({ run }) => run?.includes('electron-builder')) ?? {};

  /** Runs it as the workflow does, with a packer that only says what it was told. */
  function pack(updatesUrl: string) {
    const folder = mkdtempSync(join(tmpdir(), 'kh-pack-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'npx'), '#!/bin/sh\necho packed "$@"\n');
    chmodSync(join(folder, 'npx'), 0o755);
    const names = ['MAC_CSC_LINK', 'NOTARY_KEY', 'SIGN_WIN_LINK', 'HOMEPAGE', 'MAINTAINER'];
    const env = { ...Object.fromEntries(names.map((name) => [name, ''])), SYSTEM: 'linux', UPDATES_URL: updatesUrl };
    const options = { env: { PATH: `${folder}:${process.env['PATH']}`, ...env }, encoding: 'utf8' } as const;
    const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], options);
    return { status, stdout };
  }

  test.each([
    'http://updates.example/',
    'HTTP://updates.example/',
    'ftp://updates.example/',
    'updates.example',
    'https://',
  ])('refuses to look for updates at %s', (url) => {
    const { status, stdout } = pack(url);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '::error::UPDATES_URL must begin with https://\n' });
  });

  test('takes an address of https, or none', () => {
    expect(pack('https://updates.example/')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^packed .*-c\.publish\.url=https:\/\/updates\.example\/\n$/),
    });
    expect(pack('')).toMatchObject({ status: 0, stdout: expect.not.stringContaining('publish.url') });
  });
});

describe('the systemd unit', () => {
  const unit = read('resources/systemd/keyhatch.service');

  test('starts the program with flags that it takes, and hands in the credential that it looks for', () => {
    const call = /^ExecStart=keyhatch serve (.+)$/m.exec(unit)?.[1] ?? '';
    expect(parseServeArguments(call.split(' '), place)).toMatchObject({ vault: 'file', hosts: undefined });
    const credential = /^LoadCredentialEncrypted=([\w-]+):/m.exec(unit)?.[1] ?? '';
    expect(credential).not.toBe('');
    expect(read('electron/vault/sealing-key.ts')).toContain(`'${credential}'`);
    expect(unit).not.toMatch(/^Environment=.*PASSPHRASE/m);
  });

  test('keeps to its own folder, without a privilege', () => {
    const lines = unit.split('\n');
    for (const line of ['User=keyhatch', 'NoNewPrivileges=yes', 'CapabilityBoundingSet=', 'ProtectSystem=strict']) {
      expect(lines).toContain(line);
    }
    for (const line of ['ProtectHome=yes', 'PrivateTmp=yes', 'UMask=0077', 'StateDirectoryMode=0700']) {
      expect(lines).toContain(line);
    }
    expect(read('resources/systemd/keyhatch.sysusers')).toMatch(/^u keyhatch /m);
  });
});

describe('the Containerfile', () => {
  const file = read('resources/container/Containerfile');

  test('starts the program with flags that it takes, as nobody of importance, and holds no secret', () => {
    const [program, ...args] = JSON.parse(/^CMD (.+)$/m.exec(file)?.[1] ?? '[]') as string[];
    expect(program).toBe('serve');
    expect(parseServeArguments(args, place)).toMatchObject({ vault: 'file', hosts: ['0.0.0.0'] });
    expect(file.indexOf('\nUSER node')).toBeGreaterThan(file.lastIndexOf('\nFROM '));
    expect(file).not.toMatch(/PASSPHRASE=|API_KEY=|ARG /);
    expect(file).toContain('/health');
  });

  test('copies what exists, by name', () => {
    const copied = [...file.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
    expect(copied).toContain('package-lock.json');
    expect(copied.filter((name) => !name.includes('*') && !existsSync(join(root, name)))).toEqual([]);
    expect(file).toContain('node resources/npm/stage-npm-package.ts /out');
  });
});

test.each(['README.md', 'docs/headless.md'])('%s puts no passphrase into a command', (page) => {
  const blocks = [...read(page).matchAll(/^```sh\n(.*?)^```/gms)].map(([, text = '']) => text);
  expect(blocks.length).toBeGreaterThan(0);
  for (const text of blocks) expect(text).not.toMatch(/PASSPHRASE=|'a long passphrase'|(echo|printf '%s') +'/);
});

test('docs/headless.md names the files and the credential as they are', () => {
  const page = read('docs/headless.md');
  for (const name of ['keyhatch.service', 'keyhatch.sysusers', 'keyhatch-vault-passphrase', '/data']) {
    expect(page).toContain(name);
  }
});
