// What `keyhatch serve` says when it is ready: one JSON line for programs, a short text for people. No secret but the
// sign-in link, and that only where its caller hands one in.

import { addressesByPlace, placesForOthers } from '../../shared/gateway-addresses.ts';
import type { SignInLink, Status } from '../../shared/model.ts';
import { upstreamKindRow } from '../../shared/upstream-kinds.ts';

/** The first line of stdout with `--log-format json`. */
export function readyEvent(status: Status, link: SignInLink | undefined): ReadyEvent {
  const event = {
    event: 'ready',
    gateway: status.server.urls[0] ?? '',
    gatewayForOthers: addressesByPlace(status.server).others,
    dashboard: status.dashboard.url,
    pid: status.pid,
  } as const;
  return link ? { ...event, link: link.url } : event;
}

type ReadyEvent = {
  readonly event: 'ready';
  readonly gateway: string;
  /** Where other machines reach it, encrypted addresses first. */
  readonly gatewayForOthers: readonly string[];
  readonly dashboard: string | null;
  readonly pid: number;
  readonly link?: string;
};

const vaultWords = {
  keychain: 'the OS keychain',
  file: 'a sealed file',
  memory: 'memory only: they are gone when Keyhatch ends',
} as const;

/** @param calledAs how people call this program, for commands they can paste */
export function readyText(status: Status, link: SignInLink | undefined, calledAs: string): string {
  const rows: [string, string][] = [
    ...gatewayRows(status),
    ...upstreamRows(status),
    ...dashboardRows(status, link, calledAs),
    ['Keys', keysText(status, calledAs)],
    ...withoutKeychain(status, calledAs),
    ['Who may', status.access.sentence],
    ...status.warnings.map((warning): [string, string] => ['Warning', warning]),
  ];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(12)}${text}`);
  return `\nKeyhatch ${status.version} is running. Ctrl+C stops it.\n\n${lines.join('\n')}\n\n`;
}

function gatewayRows({ server }: Status): [string, string][] {
  const { here, others } = addressesByPlace(server);
  const [url] = here;
  if (url === undefined) return [['Gateway', 'nowhere yet: no interface that it is to listen on is here']];
  const best = placesForOthers(server.reachable)[0]?.url;
  return [
    ['Gateway', here.join('  ')],
    ['Base URLs', baseUrls(url)],
    ...(best
      ? ([
          ['For others', others.join('  ')],
          ['Base URLs', baseUrls(best)],
        ] as [string, string][])
      : []),
  ];
}

const baseUrls = (url: string) => `OpenAI ${url}/v1 · Anthropic ${url} · Ollama ${url}`;

function dashboardRows({ dashboard }: Status, link: SignInLink | undefined, calledAs: string): [string, string][] {
  if (dashboard.url === null) return [];
  const another = `${calledAs} dashboard link`;
  if (!link) {
    const { secureUrl } = dashboard;
    const others: [string, string][] = secureUrl === null ? [] : [['For others', secureUrl]];
    return [['Dashboard', `${dashboard.url}  Sign in with a link from:  ${another}`], ...others];
  }
  const others: [string, string][] = link.secureUrl === null ? [] : [['For others', link.secureUrl]];
  return [
    ['Dashboard', link.url],
    ...others,
    ['', `This link signs in one browser, within 10 minutes. Another one:  ${another}`],
  ];
}

function upstreamRows(status: Status): [string, string][] {
  if (status.upstreams.length === 0)
    return [['In front of', 'nothing yet: add a model server with upstreams add URL, or use --echo']];
  return status.upstreams.map((upstream) => {
    if (upstream.kind === 'echo') {
      const until = status.upstreams.length > 1 ? ', until another one answers' : '';
      return ['In front of', `the built-in echo model, which only repeats what it is told${until}`];
    }
    return ['In front of', `${upstreamKindRow(upstream.kind).name} at ${upstream.url}`];
  });
}

// The commonest machine without a keychain is a server reached over SSH: say the whole way out, not only what is wrong.
function withoutKeychain({ vault }: Status, calledAs: string): [string, string][] {
  if (vault.state !== 'locked' || vault.kind !== 'keychain') return [];
  return [
    [
      '',
      'This machine may have no keychain. Then keep keys in a sealed file, which a key file opens that is made by this:',
    ],
    ['', `  KEYHATCH_VAULT_KEY_FILE=~/keyhatch.key ${calledAs} serve --vault file --echo-if-none`],
    ['', `or, to try things out, in memory:  ${calledAs} serve --vault memory --echo-if-none`],
  ];
}

function keysText(status: Status, calledAs: string): string {
  if (status.vault.state === 'locked')
    return `refused: the vault cannot be read, because ${status.vault.reason ?? 'it is locked'}`;
  const where = `kept in ${vaultWords[status.vault.kind]}`;
  if (status.keys.total > 0) return `${status.keys.active} of ${status.keys.total} can be used, ${where}`;
  return `none yet, ${where}. Make the first one:  ${calledAs} keys create --name laptop`;
}
