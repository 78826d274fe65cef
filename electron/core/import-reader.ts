// Reads what other programs keep their keys in: LMArenaBridge's config, LiteLLM's key lists, plain lists of values. Makes
// nothing, and puts no value into anything that it says. Pure.

import { KeyhatchError } from '../../shared/errors.ts';
import type { KeyPolicyPatch } from '../../shared/key-policy.ts';
import type { BudgetPeriod } from '../../shared/limit-model.ts';
import type { ImportFormat } from '../../shared/transfer-model.ts';
import { asObject, type JsonObject } from '../lib/json-shape.ts';

/** A key as another program describes it. */
export type Candidate = {
  /** From 1: a line, or the place in an array. */
  readonly line: number;
  readonly name: string | null;
  /** Undefined where it cannot be had; `why` then says why not. */
  readonly value: string | undefined;
  readonly why?: string;
  readonly rpm?: number | null;
  readonly parallel?: number | null;
  readonly models?: readonly string[];
  readonly expiresAt?: number;
  readonly paused?: boolean;
  readonly policy?: KeyPolicyPatch;
  /** Rules of the other program that are left out. */
  readonly leftOut: readonly string[];
};

export type ReadKeys = { readonly format: Exclude<ImportFormat, 'auto'>; readonly candidates: readonly Candidate[] };

const mostCandidates = 5_000;
const withoutKey = 'it has no "key"';

/** @throws KeyhatchError `import_unreadable` */
export function readKeys(text: string, wanted: ImportFormat): ReadKeys {
  const format = wanted === 'auto' ? formatOf(text) : wanted;
  const candidates = format === 'list' ? readList(text) : readJson(text, format);
  if (candidates.every(({ why }) => why === withoutKey)) throw unreadable('there is not one key in them');
  if (candidates.length > mostCandidates) throw unreadable(`there are more than ${mostCandidates} of them`);
  return { format, candidates };
}

function formatOf(text: string): ReadKeys['format'] {
  if (!/^\s*[[{]/.test(text)) return 'list';
  return asObject(parsed(text))?.['api_keys'] === undefined ? 'litellm' : 'lmarenabridge';
}

function readJson(text: string, format: 'lmarenabridge' | 'litellm'): Candidate[] {
  const root = parsed(text);
  const entries = format === 'lmarenabridge' ? (asObject(root)?.['api_keys'] ?? root) : litellmEntries(root);
  if (!Array.isArray(entries)) throw unreadable('there is no list of keys in them');
  return entries.map((entry: unknown, at) => {
    const read = format === 'lmarenabridge' ? lmArenaKey : litellmKey;
    return read(at + 1, entry);
  });
}

// The parser's own words would quote the text, and so a value.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw unreadable('they begin like JSON and are none');
  }
}

function lmArenaKey(line: number, entry: unknown): Candidate {
  const key = asObject(entry);
  const value = textOf(key?.['key']);
  const rpm = numberOf(key?.['rpm']);
  return {
    line,
    name: textOf(key?.['name']) ?? null,
    value,
    ...(value === undefined ? { why: withoutKey } : {}),
    ...(rpm === undefined ? {} : { rpm }),
    leftOut: [],
  };
}

/** What `/key/list`, `/key/info` and `/key/generate` answer, one or several. */
function litellmEntries(root: unknown): unknown {
  if (Array.isArray(root)) return root;
  const answer = asObject(root);
  if (answer?.['keys'] !== undefined) return answer['keys'];
  const info = asObject(answer?.['info']);
  return info ? [{ ...info, key: answer?.['key'] }] : answer && [answer];
}

const notTaken = [
  'soft_budget',
  'model_max_budget',
  'model_rpm_limit',
  'model_tpm_limit',
  'allowed_routes',
  'aliases',
  'guardrails',
] as const;

/** LiteLLM's words for "as the team or the proxy says". */
const everyModel: ReadonlySet<string> = new Set(['all-team-models', 'all-proxy-models', '*']);

function litellmKey(line: number, entry: unknown): Candidate {
  const key = asObject(entry) ?? {};
  const { value, why } = litellmValue(entry, key);
  const models = Array.isArray(key['models']) ? key['models'].filter((model) => typeof model === 'string') : [];
  const rpm = numberOf(key['rpm_limit']);
  const parallel = numberOf(key['max_parallel_requests']);
  const expiresAt = timeOf(key['expires']);
  const policy = litellmPolicy(key);
  return {
    line,
    name: textOf(key['key_alias']) ?? null,
    value,
    ...(why === undefined ? {} : { why }),
    ...(rpm === undefined ? {} : { rpm }),
    ...(parallel === undefined ? {} : { parallel: Math.max(1, parallel) }),
    ...(models.length === 0 || models.some((model) => everyModel.has(model)) ? {} : { models }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(key['blocked'] === true ? { paused: true } : {}),
    ...(policy === undefined ? {} : { policy }),
    leftOut: [
      ...(isSet(key['max_budget']) && !policy?.budgets ? ['max_budget'] : []),
      ...notTaken.filter((member) => isSet(key[member])),
    ],
  };
}

function litellmPolicy(key: JsonObject): KeyPolicyPatch | undefined {
  const tpm = numberOf(key['tpm_limit'], 1_000_000_000);
  const budget = key['max_budget'];
  const period = budgetPeriodOf(key['budget_duration']);
  const micros = typeof budget === 'number' && budget >= 0 ? Math.round(budget * 1_000_000) : undefined;
  // As there, a model without a price costs nothing: most of what stands behind Keyhatch has none.
  const budgets =
    micros === undefined || !Number.isSafeInteger(micros) || period === undefined
      ? undefined
      : [{ period, tokens: null, cost: { currency: 'USD', micros }, soft: 0.8, strict: false }];
  if (tpm === undefined && budgets === undefined) return undefined;
  return { ...(tpm === undefined ? {} : { tpm }), ...(budgets === undefined ? {} : { budgets }) };
}

/** LiteLLM counts from the key's making; by the calendar is the nearest that there is. */
const budgetPeriodsOf: Readonly<Record<string, BudgetPeriod>> = {
  '24h': 'day',
  '1d': 'day',
  '7d': 'week',
  '1w': 'week',
  '30d': 'month',
  '31d': 'month',
  '1mo': 'month',
};

function budgetPeriodOf(duration: unknown): BudgetPeriod | undefined {
  if (duration === undefined || duration === null) return 'total';
  return typeof duration === 'string' ? budgetPeriodsOf[duration] : undefined;
}

const hashed = 'LiteLLM keeps only a hash of it, which opens nothing: make a new key';

function litellmValue(entry: unknown, key: JsonObject): { readonly value: string | undefined; readonly why?: string } {
  const value = textOf(key['key']) ?? textOf(key['token']) ?? textOf(entry);
  if (value === undefined) return { value, why: withoutKey };
  return isHash(value) ? { value: undefined, why: hashed } : { value };
}

// SHA-256 in hexadecimal; its own keys begin with `sk-`.
const isHash = (value: string) => /^[0-9a-f]{64}$/i.test(value);

function readList(text: string): Candidate[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((raw, at) => {
      const written = raw.trim();
      if (written === '' || written.startsWith('#')) return [];
      return [listKey(at + 1, written)];
    });
}

function listKey(line: number, written: string): Candidate {
  const comma = written.indexOf(',');
  if (comma < 0) return { line, name: null, value: written, leftOut: [] };
  const [name, value] = [written.slice(0, comma).trim(), written.slice(comma + 1).trim()];
  // The wrong way round, the value would become a name and be shown everywhere.
  if (looksLikeValue(name)) {
    return { line, name: null, value: undefined, why: 'its name looks like a value: write name,value', leftOut: [] };
  }
  return { line, name: name === '' ? null : name, value, leftOut: [] };
}

/** Whether a name may be a credential that got into the wrong place. */
export function looksLikeValue(name: string): boolean {
  return /^(?:sk|kha?|pk|key|api)[-_]\S{6,}$/i.test(name) || /^(?=\S*\d)(?=\S*[a-z])\S{20,}$/i.test(name);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function numberOf(value: unknown, most = 1_000_000): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return Math.min(most, Math.floor(value));
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  const object = asObject(value);
  return object ? Object.keys(object).length > 0 : value !== undefined && value !== null;
}

function unreadable(reason: string): KeyhatchError {
  return new KeyhatchError('import_unreadable', { details: { reason } });
}
