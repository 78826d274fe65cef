// `npm test`: everything the README promises, in order, each suite with its own line at the end. What a suite needs from
// the system is installed where that may be done, asked for where somebody can answer, and named elsewhere. A suite that
// cannot run is told as skipped, with its reason; under CI that is a failure.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { chromium } from '@playwright/test';
import { whyNoMachines } from './fakes/two-machines.ts';

const root = dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const inCi = process.env['CI'] === 'true';

type Suite = {
  readonly name: string;
  /** Undefined when it can run; else why not. */
  readonly missing?: string | undefined;
  /** A skip of this one does not fail CI: no machine of ours has what it needs. */
  readonly mayBeMissing?: boolean;
  readonly run?: () => Promise<Tests>;
};
type Tests = {
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The full names of those that failed: said again at the end, where they are looked for. */
  readonly failures?: readonly string[];
};

const tell = (text: string) => process.stdout.write(`${text}\n`);

function bin(packageName: string, file: string): string {
  return join(dirname(require.resolve(`${packageName}/package.json`)), file);
}

/** Runs a program with our own Node and streams; true when it ended well. */
function step(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  program = process.execPath,
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

const asOneTest = (ok: boolean): Tests => ({ ok, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });

async function lint(): Promise<Tests> {
  return asOneTest(await step([bin('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings', '.']));
}

async function types(): Promise<Tests> {
  const tsc = bin('typescript', 'bin/tsc');
  let ok = true;
  for (const project of ['shared', 'node', 'preload', 'renderer', 'e2e']) {
    ok = (await step([tsc, '-p', `tsconfig.${project}.json`])) && ok;
  }
  return asOneTest(ok);
}

async function build(): Promise<Tests> {
  return asOneTest(await step([bin('vite', 'bin/vite.js'), 'build', '--app', '--logLevel', 'warn']));
}

type VitestRun = {
  readonly wrap?: ((args: readonly string[]) => readonly string[]) | undefined;
  /** Parts of paths: only tests in these files run. */
  readonly files?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
};

/** Runs one vitest project and reads its own count of tests. */
async function vitest(project: string, { wrap = (args) => args, files = [], env }: VitestRun = {}): Promise<Tests> {
  const folder = mkdtempSync(join(tmpdir(), 'keyhatch-test-'));
  const report = join(folder, 'report.json');
  const args = [
    bin('vitest', 'vitest.mjs'),
    'run',
    ...files,
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const [program = '', ...rest] = wrap([process.execPath, ...args]);
  const ok = await step(
    rest,
    { ...process.env, ...env, HOME: project === 'integration' ? folder : process.env['HOME'] },
    program,
  );
  const counts = existsSync(report) ? countsOf(readFileSync(report, 'utf8')) : undefined;
  rmSync(folder, { recursive: true, force: true });
  if (!counts || counts.passed + counts.failed === 0) return { ok: false, passed: 0, failed: 1, skipped: 0 };
  return { ...counts, ok: ok && counts.failed === 0 };
}

type VitestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

function countsOf(report: string): Omit<Tests, 'ok'> {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(report) as VitestReport;
  const failures = testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter((each) => each.status === 'failed').map(({ fullName }) => fullName);
    return failed.length === 0 && status === 'failed' ? [name] : failed;
  });
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, failures };
}

// A keyring of its own in a session of its own, unlocked with an empty secret: the real thing, and nobody's real secrets.
// HOME is a folder that goes away with the run.
function inKeyringSession(args: readonly string[]): readonly string[] {
  const script =
    'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1 && exec "$@"';
  return ['dbus-run-session', '--', 'sh', '-c', script, 'keyring', ...args];
}

type Need = { readonly package: string; readonly isThere: () => boolean };

const onPath = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
const hasLibrary = (name: string) =>
  spawnSync('sh', ['-c', `ldconfig -p 2>/dev/null | grep -q ${name}`], { stdio: 'ignore' }).status === 0;

const keychainNeeds: readonly Need[] = [
  { package: 'dbus', isThere: () => onPath('dbus-run-session') },
  { package: 'dbus-daemon', isThere: () => onPath('dbus-daemon') },
  { package: 'gnome-keyring', isThere: () => onPath('gnome-keyring-daemon') },
  { package: 'libsecret-1-0', isThere: () => hasLibrary('libsecret-1.so.0') },
];
// Two networks on this machine stand for two machines.
const machineNeeds: readonly Need[] = [{ package: 'iproute2', isThere: () => onPath('ip') }];
// The desktop app's tests have a page as its window, the end-to-end ones a browser.
const browserNeeds: readonly Need[] = [{ package: 'chromium', isThere: () => existsSync(chromiumFile()) }];

function chromiumFile(): string {
  return process.platform === 'linux' ? '/usr/bin/chromium' : chromium.executablePath();
}

/** Gets what a suite needs from the system. @returns why it cannot run, or undefined */
async function prepare(needs: readonly Need[]): Promise<string | undefined> {
  const packages = needs.filter(({ isThere }) => !isThere()).map((need) => need.package);
  if (packages.length === 0) return undefined;
  if (process.platform !== 'linux') return `no browser; run: npx playwright install chromium`;
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const isRoot = process.getuid?.() === 0;
  if (existsSync('/etc/debian_version') && isRoot && (!process.stdin.isTTY || (await agrees(line)))) {
    tell(`Installing what the tests need: ${packages.join(', ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await step(['-c', `apt-get update -qq && ${line} >/dev/null`], env, 'sh');
    if (needs.every(({ isThere }) => isThere())) return undefined;
  }
  return `${packages.join(', ')} not installed; run: sudo ${line}`;
}

async function agrees(line: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`The tests need some packages. Run "${line}" now? [y/N] `);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

// Its runtime comes from elsewhere than the packages; the README says how to bring it in.
function electronMissing(): string | undefined {
  const folder = join(dirname(require.resolve('electron/package.json')), 'dist');
  return existsSync(folder) ? undefined : 'Electron’s runtime is not installed';
}

type PlaywrightSuite = {
  readonly specs?: readonly { readonly title: string; readonly ok: boolean }[];
  readonly suites?: readonly PlaywrightSuite[];
};
type PlaywrightReport = { readonly stats?: Record<string, number>; readonly suites?: readonly PlaywrightSuite[] };

function failedSpecs({ specs = [], suites = [] }: PlaywrightSuite): readonly string[] {
  return [...specs.filter(({ ok }) => !ok).map(({ title }) => title), ...suites.flatMap(failedSpecs)];
}

/** Runs the end-to-end specs in some of their projects and reads their count. */
async function playwright(projects: readonly string[]): Promise<Tests> {
  const folder = mkdtempSync(join(tmpdir(), 'keyhatch-test-'));
  const report = join(folder, 'report.json');
  const args = [
    bin('@playwright/test', 'cli.js'),
    'test',
    '-c',
    join(root, 'test/e2e/playwright.config.ts'),
    ...projects.map((project) => `--project=${project}`),
  ];
  const ok = await step(args, { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report });
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '{}';
  rmSync(folder, { recursive: true, force: true });
  const { stats = {}, suites = [] } = JSON.parse(text) as PlaywrightReport;
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = stats;
  if (flaky > 0) tell(`${flaky} needed a second try: look at them.`);
  return {
    ok: ok && expected > 0,
    passed: expected + flaky,
    failed: unexpected,
    skipped,
    failures: suites.flatMap(failedSpecs),
  };
}

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) !== 24) {
    tell(
      `The tests run on Node 24, which Electron embeds; this is ${process.versions.node}. Run them with npm test after npm ci.`,
    );
    process.exitCode = 1;
    return;
  }
  const browser = await prepare(browserNeeds);
  const keychain = process.platform === 'linux' ? await prepare(keychainNeeds) : undefined;
  const machines = process.platform === 'linux' ? await prepare(machineNeeds) : undefined;
  const inOwnSession = process.platform === 'linux' ? inKeyringSession : undefined;
  const suites: readonly Suite[] = [
    { name: 'lint', run: lint },
    { name: 'types', run: types },
    { name: 'build', run: build },
    { name: 'architecture', run: () => vitest('architecture') },
    { name: 'unit', run: () => vitest('unit') },
    {
      name: 'integration',
      missing: keychain ?? (process.platform === 'linux' ? browser : undefined),
      run: () => vitest('integration', { wrap: inOwnSession }),
    },
    {
      // The same tests once more, every client of the gateway encrypted, but for those of test/plain-only.ts.
      name: 'integration over HTTPS',
      missing: keychain,
      run: () => vitest('integration', { wrap: inOwnSession, env: { KEYHATCH_TEST_TLS: '1' } }),
    },
    {
      name: 'two machines',
      missing: machines ?? whyNoMachines(),
      mayBeMissing: true,
      run: () => vitest('machines'),
    },
    { name: 'end to end', missing: browser, run: () => playwright(['wide', 'phone']) },
    {
      name: 'real Electron',
      missing: electronMissing(),
      mayBeMissing: true,
      run: () => playwright(['electron']),
    },
  ];
  const lines: string[] = [];
  const sum = { passed: 0, failed: 0, skipped: 0 };
  let good = true;
  for (const { name, missing, mayBeMissing, run } of suites) {
    if (missing !== undefined || !run) {
      lines.push(`  skipped  ${name}: ${missing}`);
      if (inCi && !mayBeMissing) good = false;
      continue;
    }
    tell(`\n── ${name}`);
    const began = performance.now();
    const { ok, passed, failed, skipped, failures = [] } = await run();
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    // Under CI a test that did not run counts as one that failed: silence is not a result.
    good &&= ok && !(inCi && skipped > 0);
    lines.push(
      `  ${ok ? 'passed ' : 'FAILED '}  ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${Math.round((performance.now() - began) / 1000)} s`,
      ...failures.map((failure) => `           ${failure}`),
    );
  }
  tell(`\n${lines.join('\n')}\n`);
  tell(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  process.exitCode = good ? 0 : 1;
}

await main();
