// The flags of `keyhatch serve` as one typed object. Reads and checks their form only: whether an address can be
// listened on or a key is suitable is found out by those who use it. Must not read files or stdin.

import { type VaultKind, vaultKind } from '../../shared/model.ts';
import { UsageError } from '../cli/cli-errors.ts';
import { chooseDataDir, type DataDirPlace } from '../cli/data-dir.ts';
import { parseChoice, parseOnOff, parseWhole } from '../cli/flag-values.ts';
import { type Flags, type FlagTable, parseFlags } from '../cli/flags.ts';
import type { LogFormat } from '../lib/log.ts';

/** Where the value of the key `main` comes from. Only `argument` is visible to other programs and deserves a warning. */
export type ApiKeySource =
  | { readonly from: 'argument'; readonly value: string }
  | { readonly from: 'environment'; readonly value: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'stdin' };

/** Undefined stands for a flag that was not given, so that the setting holds. */
export type ServeArguments = {
  /** Absolute. */
  readonly dataDir: string;
  readonly port: number | undefined;
  readonly hosts: readonly string[] | undefined;
  readonly upstreams: readonly string[];
  /** `stand-in`: until another upstream answers. */
  readonly echo: 'off' | 'on' | 'stand-in';
  readonly vault: VaultKind | undefined;
  readonly requireKey: boolean | undefined;
  readonly localhostBypass: boolean | undefined;
  readonly apiKey: ApiKeySource | undefined;
  readonly dashboardPort: number | 'off' | undefined;
  /** Whether the sign-in link is printed even where no terminal reads it. */
  readonly printLink: boolean;
  readonly logFormat: LogFormat;
};

export const serveFlags = {
  port: { value: 'N', about: 'Port to listen on; 0 takes any free one.' },
  host: { value: 'ADDR', many: true, about: 'Address to listen on, or if:NAME, or lan; may be given several times.' },
  upstream: { value: 'URL', many: true, about: 'Model server for this run; may be given several times.' },
  echo: { about: 'Serve the built-in echo model, for trying a client without a model.' },
  'echo-if-none': { about: 'The same, but only until a model server answers.' },
  'data-dir': { value: 'DIR', about: 'Use the profile in this folder (or KEYHATCH_DATA_DIR).' },
  vault: { value: 'KIND', about: 'Where keys are kept: keychain, file or memory.' },
  'require-key': { value: 'on|off', about: 'Whether every request needs a key.' },
  'localhost-bypass': { value: 'on|off', about: 'Whether programs on this computer may come in without one.' },
  'api-key': { value: 'KEY', about: 'Keep this value as the key "main". Other programs can see arguments.' },
  'api-key-file': { value: 'F|-', about: 'The same from a file, or - for stdin (or KEYHATCH_API_KEY).' },
  'dashboard-port': { value: 'N|off', about: 'Port of the dashboard, or off; 0 takes any free one.' },
  'print-link': { about: 'Print a link that signs a browser in, even if no terminal reads it.' },
  'log-format': { value: 'FORMAT', about: 'pretty or json.' },
  help: { short: 'h', about: 'Show this help.' },
} as const satisfies FlagTable;

/**
 * @param argv the words after `serve`
 * @throws UsageError when they make no sense
 */
export function parseServeArguments(argv: readonly string[], place: DataDirPlace): ServeArguments {
  const { flags, words } = parseFlags(argv, serveFlags);
  if (words.length > 0) throw new UsageError(`serve takes options only, not "${words[0]}".`);
  const read = <Value>(name: keyof typeof serveFlags, parse: (flag: string, text: string) => Value) => {
    const text = flags.text(name);
    return text === undefined ? undefined : parse(`--${name}`, text);
  };
  const port = (flag: string, text: string) => parseWhole(flag, text, 0, 65_535);
  return {
    dataDir: chooseDataDir(flags.text('data-dir'), place),
    port: read('port', port),
    hosts: flags.on('host') ? flags.all('host').map((host) => nonEmpty('--host', host)) : undefined,
    upstreams: flags.all('upstream').map((url) => nonEmpty('--upstream', url)),
    echo: flags.on('echo') ? 'on' : flags.on('echo-if-none') ? 'stand-in' : 'off',
    vault: read('vault', (flag, text) => parseChoice(flag, text, vaultKind.options)),
    requireKey: read('require-key', parseOnOff),
    localhostBypass: read('localhost-bypass', parseOnOff),
    apiKey: apiKeySource(flags, place.env),
    dashboardPort: read('dashboard-port', (flag, text) => (text === 'off' ? 'off' : port(flag, text))),
    printLink: flags.on('print-link'),
    logFormat: read('log-format', (flag, text) => parseChoice(flag, text, ['pretty', 'json'])) ?? 'pretty',
  };
}

function apiKeySource(flags: Flags<'api-key' | 'api-key-file'>, env: DataDirPlace['env']): ApiKeySource | undefined {
  const value = flags.text('api-key');
  const path = flags.text('api-key-file');
  if (value !== undefined && path !== undefined) throw new UsageError('Give --api-key or --api-key-file, not both.');
  if (value !== undefined) return { from: 'argument', value: nonEmpty('--api-key', value) };
  if (path === '-') return { from: 'stdin' };
  if (path !== undefined) return { from: 'file', path: nonEmpty('--api-key-file', path) };
  return env.KEYHATCH_API_KEY ? { from: 'environment', value: env.KEYHATCH_API_KEY } : undefined;
}

function nonEmpty(flag: string, text: string): string {
  if (text.trim() === '') throw new UsageError(`${flag} needs a value.`);
  return text;
}
