// Finds out which kind of model server answers at an address and whether it wants a credential. What the answers mean
// stands in identity-rules.ts. Must not follow redirects, nor send a credential that it was not given.

import type { UpstreamHealth } from '../../shared/model.ts';
import type { UpstreamKind } from '../../shared/upstream-kinds.ts';
import { credentialHeaders } from '../lib/credential-headers.ts';
import { parseObject } from '../lib/json-shape.ts';
import { type Answer, boundedGet, type NoAnswer } from './bounded-get.ts';
import { firstPaths, kindOf, otherPaths } from './identity-rules.ts';
import { askModels } from './list-models.ts';
import { upstreamEndpoint } from './upstream-address.ts';

const probeTimeoutMs = 1000;
const probeMaxBytes = 64 * 1024;

export type Identity = {
  /** `unknown` when something answers HTTP that bears no known mark, or nothing answers. */
  readonly kind: UpstreamKind;
  readonly models: readonly string[];
  readonly needsCredential: boolean;
  readonly latencyMs: number | null;
  readonly health: UpstreamHealth;
  /** What is wrong, for people; null when nothing is. */
  readonly reason: string | null;
};

export type IdentifyOptions = {
  /** The server's own credential. Sent to this URL only, and only to paths that refuse to answer without it. */
  readonly credential?: string | undefined;
  /** For everything together; a single probe gets at most a second of it. */
  readonly timeoutMs: number;
};

type Probed = {
  readonly path: string;
  readonly answer: Answer | undefined;
  /** Without a credential it was 401 or 403. */
  readonly refused: boolean;
  readonly failure?: NoAnswer;
};

type Target = { readonly url: URL; readonly credential: string | undefined; readonly timeLeftMs: () => number };

/** Asks a server what it is, by fields and never by status. Never rejects. */
export async function identify(url: URL, options: IdentifyOptions): Promise<Identity> {
  const deadline = performance.now() + options.timeoutMs;
  const timeLeftMs = () => deadline - performance.now();
  const target: Target = { url, credential: options.credential, timeLeftMs };
  let probed = await probeAll(target, firstPaths);
  // Nothing answered: the other probes could only take longer to find the same.
  if (probed.every(({ answer }) => answer === undefined)) return nothingThere(probed);
  if (kindOf(answersOf(probed)) !== 'lmstudio') {
    probed = [...probed, ...(await probeAll(target, otherPaths))];
  }
  const kind = kindOf(answersOf(probed));
  const listed = await askModels(
    { url, kind, credential: options.credential },
    { timeoutMs: Math.max(1, timeLeftMs()) },
  );
  const probeLatencyMs = Math.min(...probed.flatMap(({ answer }) => answer?.latencyMs ?? []));
  return {
    kind,
    models: listed.models ?? [],
    needsCredential: listed.needsCredential || isGuarded(kind, probed),
    latencyMs: listed.latencyMs ?? probeLatencyMs,
    // It did answer a moment ago.
    health: listed.latencyMs === null ? 'unknown' : listed.health,
    reason: listed.reason,
  };
}

function nothingThere(probed: readonly Probed[]): Identity {
  const failures = probed.flatMap(({ failure }) => failure ?? []);
  const busy = failures.find((failure) => failure.busy);
  return {
    kind: 'unknown',
    models: [],
    needsCredential: false,
    latencyMs: null,
    health: busy === undefined ? 'down' : 'unknown',
    reason: (busy ?? failures[0])?.reason ?? 'no answer',
  };
}

// Four at a time: Python's HTTP server takes five waiting connections, and a sixth is lost for a second.
async function probeAll(target: Target, paths: readonly string[]): Promise<readonly Probed[]> {
  const waiting = [...paths];
  const probed: Probed[] = [];
  const probeNext = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      if (target.timeLeftMs() > 0) probed.push(await probe(target, path));
    }
  };
  await Promise.all([probeNext(), probeNext(), probeNext(), probeNext()]);
  return probed;
}

async function probe(target: Target, path: string): Promise<Probed> {
  const ask = (headers: Readonly<Record<string, string>>) =>
    boundedGet(upstreamEndpoint(target.url, path), headers, {
      timeoutMs: Math.max(1, Math.min(probeTimeoutMs, target.timeLeftMs())),
      maxBytes: probeMaxBytes,
    });
  const plain = await ask({});
  if (!plain.answered) return { path, answer: undefined, refused: false, failure: plain };
  const refused = plain.status === 401 || plain.status === 403;
  if (!refused || target.credential === undefined) return { path, answer: plain, refused };
  const opened = await ask(credentialHeaders('unknown', target.credential));
  return { path, answer: opened.answered ? opened : plain, refused };
}

// Where the list itself is open, other marks tell: llama.cpp closes /props, KoboldCpp says `protected`.
function isGuarded(kind: UpstreamKind, probed: readonly Probed[]): boolean {
  const at = (path: string) => probed.find((one) => one.path === path);
  if (at('/v1/models')?.refused === true) return true;
  if (kind === 'llamacpp') return at('/props')?.refused === true;
  return kind === 'koboldcpp' && parseObject(at('/api/extra/version')?.answer?.text ?? '')?.protected === true;
}

function answersOf(probed: readonly Probed[]): ReadonlyMap<string, Answer> {
  return new Map(probed.flatMap(({ path, answer }) => (answer === undefined ? [] : [[path, answer] as const])));
}
