// What is open wider than its owner may think, as one sentence each with the cure. Pure: from facts to findings, a rule a
// function; looks at nothing itself, so that each rule can be held against facts.

import type { Exposure } from '../../shared/network-model.ts';
import { addressBytes } from '../../shared/networks.ts';
import type { Settings } from '../../shared/settings.ts';
import type { UpstreamKind } from '../../shared/upstream-kinds.ts';
import type { FirewallHint } from '../lib/firewall-hints.ts';
import { accessSentence, placeOf } from './access-sentence.ts';
import { fine, listed, warning } from './exposure-finding.ts';
import { certificateRule, unencryptedRule } from './exposure-tls-rules.ts';
import { secondPortRule, waysRule } from './exposure-ways-rules.ts';
import type { PresentAddress } from './interfaces.ts';

/** A model server behind the gateway, and where else it can be reached. */
export type UpstreamReach = {
  readonly id: string;
  readonly name: string;
  readonly kind: UpstreamKind;
  readonly port: number;
  /** It runs on another machine, so that nobody here can tell. */
  readonly elsewhere: boolean;
  /** Addresses of this machine beyond loopback at which it answers. */
  readonly openAt: readonly string[];
};

/** Requests that another program passed on, within the last hour. */
export type PassedOn = {
  readonly header: string;
  readonly fromHere: boolean;
  readonly perMinute: number;
  readonly lastAt: number;
};

/** What certificates say; undefined where there is no TLS. */
export type TlsFacts = {
  readonly mode: 'off' | 'both' | 'only';
  readonly source: 'own' | 'pem';
  /** Null while there is no certificate. */
  readonly expiresAt: number | null;
};

export type ExposureFacts = {
  readonly settings: Settings;
  /** Where other machines reach the gateway, or would once it runs. */
  readonly reached: readonly PresentAddress[];
  /** Interfaces that are named and have no address now. */
  readonly away: readonly string[];
  /** Public addresses of named interfaces, not listened on. */
  readonly held: readonly PresentAddress[];
  /** Why addresses of interfaces cannot be listened on. */
  readonly troubles: readonly string[];
  readonly port: number;
  readonly upstreams: readonly UpstreamReach[];
  readonly passedOn: readonly PassedOn[];
  readonly firewall: FirewallHint;
  readonly tls: TlsFacts | undefined;
  /** Where other machines reach the dashboard; nowhere while there is no URL. */
  readonly dashboard: { readonly url: string | null; readonly reached: readonly PresentAddress[] };
  /** Ways in without a key that let somebody in now. */
  readonly waysOpen: number;
  /** Where other machines reach the second port, or would once the gateway runs. */
  readonly secondPort: readonly PresentAddress[];
  readonly nowMs: number;
};

export type ExposureRule = (facts: ExposureFacts) => readonly Exposure[];

/** Every finding, good ones too, in the order of the rules. */
export function exposures(facts: ExposureFacts): Exposure[] {
  return rules.flatMap((rule) => rule(facts));
}

const rules: readonly ExposureRule[] = [
  reachRule,
  publicAddressRule,
  dashboardRule,
  interfaceRule,
  keysRule,
  waysRule,
  secondPortRule,
  bypassRule,
  publicModelsRule,
  webPagesRule,
  unencryptedRule,
  certificateRule,
  passedOnRule,
  firewallRule,
  upstreamRule,
];

function reachRule({ reached }: ExposureFacts): Exposure[] {
  if (reached.length === 0) return [fine('reach', 'Only this computer can reach the port of Keyhatch.')];
  const places = reached.map(({ address, interface: name }) => `${address} (${name})`);
  return [fine('reach', `Other devices reach Keyhatch at ${listed(places)}.`)];
}

function publicAddressRule({ reached, held, settings, tls }: ExposureFacts): Exposure[] {
  const isGuarded = settings['access.requireKey'] && tls?.mode === 'only';
  const bound = reached.filter(({ scope }) => scope === 'public');
  return [
    ...bound.map((one) => ({
      id: `public-${one.address}`,
      check: 'public address',
      result: isGuarded ? ('warning' as const) : ('bad' as const),
      says: `Keyhatch listens at ${placeOf(one)}, a public address that the whole internet may reach.`,
      cure: 'Listen in private networks alone: keyhatch settings set server.hosts 127.0.0.1,lan',
      byItself: true,
    })),
    ...held.map(({ address, interface: of, name }) =>
      name === undefined
        ? fine('public address', `${of} also has the public address ${address}; Keyhatch does not listen there.`)
        : publicName(name, address, settings),
    ),
  ];
}

// What a name leads to changes without anybody saying so here; whoever counts on it finds the door closed.
function publicName(name: string, address: string, settings: Settings): Exposure {
  const says = `${name} leads to ${address}, a public address that nobody has confirmed; Keyhatch does not listen there.`;
  const confirmed = [...settings['server.publicInterfaces'], name].join(',');
  const cure = `If that is meant: keyhatch settings set server.publicInterfaces ${confirmed} --confirm`;
  return { ...warning('public address', says, cure, `held-${name}`), byItself: true };
}

function dashboardRule({ dashboard: { url, reached } }: ExposureFacts): Exposure[] {
  if (url === null) return [];
  const bound = reached.filter(({ scope }) => scope === 'public');
  const says = `Other devices reach the dashboard at ${url}, encrypted; whoever has an account can sign in there.`;
  return [
    fine('dashboard', says),
    ...bound.map(({ address, interface: name }) => ({
      ...warning(
        'dashboard',
        `The dashboard listens at ${address} on ${name}, a public address that the whole internet may reach.`,
        'Listen in private networks alone: keyhatch settings set dashboard.hosts 127.0.0.1,lan',
        `dashboard-public-${address}`,
      ),
      byItself: true,
    })),
  ];
}

function interfaceRule({ away, troubles }: ExposureFacts): Exposure[] {
  return [
    ...away.map((name) =>
      warning(
        'interface',
        `The interface ${name} is away, so nobody can come in through it.`,
        'Keyhatch listens there again once it is back. What there is now: keyhatch network',
        `away-${name}`,
      ),
    ),
    ...troubles.map((trouble) => warning('interface', trouble, null, `trouble-${trouble}`)),
  ];
}

function keysRule({ settings, reached, waysOpen }: ExposureFacts): Exposure[] {
  const sentence = accessSentence(settings, waysOpen);
  if (settings['access.requireKey']) return [fine('access', sentence)];
  const cure = 'Switch keys on: keyhatch settings set access.requireKey true';
  const finding = warning('access', sentence, cure, 'keys-off');
  return [reached.length > 0 ? { ...finding, id: 'keys-off-open', result: 'bad' } : finding];
}

function bypassRule({ settings, reached }: ExposureFacts): Exposure[] {
  if (!settings['access.localhostBypass'] || !settings['access.requireKey'] || reached.length === 0) return [];
  return [
    warning(
      'access',
      'Programs on this computer come in without a key while other devices can reach it: one that passes requests on for them, and hides it, lets them in too.',
      'Give programs here keys as well: keyhatch settings set access.localhostBypass false',
      'bypass-open',
    ),
  ];
}

function publicModelsRule({ settings, reached }: ExposureFacts): Exposure[] {
  if (!settings['access.publicModels'] || reached.length === 0) return [];
  return [
    warning(
      'access',
      'Whoever reaches this computer can list your models without a key.',
      'If no client needs that: keyhatch settings set access.publicModels false',
      'public-models',
    ),
  ];
}

function webPagesRule({ settings }: ExposureFacts): Exposure[] {
  if (settings['cors.mode'] !== 'any') return [];
  const cure = 'Name the pages that may: keyhatch settings set cors.mode list';
  if (settings['access.requireKey'])
    return [warning('web pages', 'Any web page may call Keyhatch, if it has a key.', cure, 'any-page')];
  const says = 'Any web page that somebody opens here may use your models, because keys are off.';
  return [{ ...warning('web pages', says, cure, 'any-page-no-key'), result: 'bad' }];
}

const passers: readonly (readonly [RegExp, string])[] = [
  [/^cf-/, 'Cloudflare’s tunnel'],
  [/^ngrok-/, 'ngrok'],
  [/^tailscale-/, 'Tailscale'],
];

// One finding for each who passes requests on: whoever invents headers makes no list of them.
function passedOnRule({ passedOn, settings }: ExposureFacts): Exposure[] {
  const groups = Map.groupBy(passedOn, ({ header, fromHere }) => {
    const named = passers.find(([pattern]) => pattern.test(header))?.[1];
    return `${named ?? (fromHere ? 'a tunnel or a proxy' : 'a proxy')} ${fromHere ? 'on this computer' : 'on your network'}`;
  });
  return [...groups].map(([who, seen]) => {
    const headers = listed(seen.map(({ header }) => header));
    const shows = seen.length === 1 ? `the header ${headers} shows` : `the headers ${headers} show`;
    const says = `Requests come through ${who}, as ${shows}: whoever reaches that reaches Keyhatch.`;
    const [lastAt, perMinute] = [seen.map((one) => one.lastAt), seen.map((one) => one.perMinute)].map((all) =>
      Math.max(...all),
    );
    const when = `Last at ${new Date(lastAt ?? 0).toISOString().slice(11, 16)} UTC, ${perMinute} in the last minute.`;
    const cure = `${when} If you did not set it up, end it; if you did, give each person a key of their own.`;
    const finding = warning('tunnel', says, cure, `passed-on-${who.replaceAll(' ', '-')}`);
    return { ...finding, result: settings['access.requireKey'] ? 'warning' : 'bad', byItself: true };
  });
}

function firewallRule({ firewall, reached, port }: ExposureFacts): Exposure[] {
  const [first] = reached.filter(({ family }) => family === 'IPv4');
  if (reached.length === 0 || firewall.likely === 'nothing') return [];
  if (firewall.likely === 'asks') {
    const says = `${firewall.by} asks once whether Keyhatch may take connections from other devices; where that was denied, they cannot reach it.`;
    return [fine('firewall', says)];
  }
  const from = blockOf(first?.cidr) ?? '192.168.0.0/16';
  const cures = {
    ufw: `Let your network in: sudo ufw allow proto tcp from ${from} to any port ${port}`,
    firewalld: `Let your network in: sudo firewall-cmd --permanent --add-port=${port}/tcp && sudo firewall-cmd --reload`,
    nftables: `Let your network in, in /etc/nftables.conf: ip saddr ${from} tcp dport ${port} accept`,
  };
  const says = `The firewall of this computer (${firewall.by}) lets in only what it was told of, so other devices may not reach port ${port}.`;
  return [warning('firewall', says, cures[firewall.by], `firewall-${firewall.by}`)];
}

function upstreamRule({ upstreams }: ExposureFacts): Exposure[] {
  return upstreams
    .filter(({ kind }) => kind !== 'echo')
    .map(({ id, name, kind, port, elsewhere, openAt }) => {
      if (elsewhere)
        return fine('exposure', `${name} runs on another computer; who can reach it there cannot be seen from here.`);
      if (openAt.length === 0) return fine('exposure', `${name} itself cannot be reached from other machines.`);
      const places = openAt.map((address) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`));
      const says = `${name} itself answers at ${listed(places)}, so that anyone there can go round Keyhatch.`;
      return {
        id: `upstream-${id}`,
        check: 'exposure',
        result: 'bad',
        says,
        cure: closing[kind] ?? close,
        byItself: true,
      };
    });
}

const close = 'Have it listen on 127.0.0.1 alone.';
const closing: Partial<Record<UpstreamKind, string>> = {
  lmstudio: 'In LM Studio, switch off “Serve on Local Network” in the server settings.',
  ollama: 'Set OLLAMA_HOST=127.0.0.1 for Ollama and restart it.',
  llamacpp: 'Start llama-server with --host 127.0.0.1.',
  vllm: 'Start vLLM with --host 127.0.0.1; it listens everywhere unless told.',
  sglang: 'Start SGLang with --host 127.0.0.1.',
  mlxlm: 'Start mlx_lm.server with --host 127.0.0.1.',
  omlx: 'Have oMLX listen on 127.0.0.1 in its server settings.',
  jan: 'In Jan, choose 127.0.0.1 as the server host of the local API server.',
  localai: 'Start LocalAI with --address 127.0.0.1:8080, or publish its container on 127.0.0.1 alone.',
  koboldcpp: 'Start KoboldCpp with --host 127.0.0.1.',
  textgen: 'Start text-generation-webui without --listen.',
  tabbyapi: 'Set host to 127.0.0.1 under network in config.yml of TabbyAPI.',
  modelrunner: 'In Docker Desktop, switch off “Enable host-side TCP support” of the model runner.',
  lemonade: 'Start lemonade-server with --host 127.0.0.1.',
};

/** The block that an address and its prefix lie in: 192.168.1.0/24 of 192.168.1.5/24. */
function blockOf(cidr: string | null | undefined): string | undefined {
  const [address = '', prefix] = (cidr ?? '').split('/');
  const bytes = addressBytes(address);
  if (bytes?.length !== 4 || prefix === undefined) return undefined;
  const covered = (index: number) => Math.min(8, Math.max(0, Number(prefix) - index * 8));
  return `${bytes.map((byte, index) => byte & (0xff << (8 - covered(index)))).join('.')}/${prefix}`;
}
