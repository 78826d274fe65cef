// What policy must know of a body: its model, whether it streams, which stored response it builds on, and what it would
// make the model server do beyond inference. Parsed once; changes nothing; decides nothing.

import { isUtf8 } from 'node:buffer';
import { KeyhatchError } from '../../shared/errors.ts';
import { type Asked, amountFields, amountsOf, optionMembers } from './body-amounts.ts';
import { foldKey, hasDisguisedName, hasMoreValues, type JsonMember, scanTopLevel } from './json-members.ts';
import { promptBytesOf } from './prompt-size.ts';
import { findRemoteMedia } from './remote-media.ts';
import type { Operation, RouteRow } from './route-table.ts';

export type BodyFacts = {
  readonly model: string | undefined;
  /** Further models that the request is about: one that speeds the first one up, the target of a copy. */
  readonly otherModels: readonly string[];
  readonly streaming: boolean;
  /** The model is to go on when the answer is over, which then says nothing of what it used. */
  readonly background: boolean;
  /** Where the members that policy knows lie in a JSON body. */
  readonly members: ReadonlyMap<string, JsonMember>;
  /** Whether it is JSON, into which something can be put. */
  readonly isJson: boolean;
  /** How much it asks for. */
  readonly amounts: readonly Asked[];
  /** Text for the model to read, without media. */
  readonly promptBytes: number;
  /** Stored responses, conversations and items that the request builds on. */
  readonly storedIds: readonly string[];
  /** Rights beyond the route's own that the body asks for, each with what it is, in words. */
  readonly needs: ReadonlyMap<Operation, string>;
};

export const noFacts: BodyFacts = {
  model: undefined,
  otherModels: [],
  streaming: false,
  background: false,
  members: new Map(),
  isJson: false,
  amounts: [],
  promptBytes: 0,
  storedIds: [],
  needs: new Map(),
};

// Servers differ in which of two equal keys they take, and Go's ignore case: these may stand once, spelled like this.
export const policyKeys: ReadonlySet<string> = new Set([
  'model',
  'draft_model',
  'stream',
  'messages',
  'name',
  'source',
  'instance_id',
  'destination',
  'from',
  'remote_host',
  'remote_model',
  'insecure',
  'system',
  'tools',
  'integrations',
  'plugins',
  'mcp_servers',
  'metadata',
  'background',
  'previous_response_id',
  'conversation',
  'images',
  'image',
  'options',
  'stream_options',
  ...amountFields,
]);

/**
 * A parsed value takes some 50 times the memory of the two bytes it can be written with, and blocks the process while it
 * is made: 63 MiB of `1,1,1,…` took 6 s and 2.8 GB. Long texts and images are few values and pass.
 */
const mostValues = 1_000_000;

/** @throws KeyhatchError `body_invalid` unless the bytes are one JSON object that every server reads in the same way */
export function jsonFacts(bytes: Buffer, row: RouteRow): BodyFacts {
  const { dialect, operation } = row;
  if (bytes.length === 0) throw invalid('it is empty, and JSON is needed');
  if (!isUtf8(bytes)) throw invalid('it is not UTF-8');
  if (hasMoreValues(bytes, mostValues)) throw invalid(`it holds more than ${mostValues} values`);
  const members = checkTopLevelKeys(bytes);
  optionMembers(bytes, members.get('options'));
  if (hasDisguisedName(bytes)) throw invalid('a name in it writes a letter or digit as an escape');
  const text = bytes.toString('utf8');
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw invalid('it is not valid JSON');
  }
  if (!isObject(root)) throw invalid('it is not a JSON object');
  const [model, ...otherModels] = namedModels(root, row);
  checkModelNames([model, ...otherModels]);
  return {
    model,
    otherModels,
    streaming: root['stream'] === true || (dialect === 'ollama' && root['stream'] !== false),
    background: isFilled(root['background']),
    members,
    isJson: true,
    amounts: amountsOf(root, operation),
    promptBytes: promptBytesOf(root),
    storedIds: storedIds(root),
    needs: needsOf(root, row, [model, ...otherModels], text),
  };
}

/** Deeper than anybody writes; parsers that call themselves for each level stop, or fall, somewhere above. */
const mostDepth = 256;
const modelNameMaxChars = 500;
// Servers trim such names, each in its own way: what a rule says of `x: cloud` would not be said of what runs.
const roughName = /\p{Cc}|^\s|\s$|\s:|:\s/u;

// As long as a name can be in a path. It would be kept with the request, in usage and in the log.
export function checkModelNames(names: readonly (string | undefined)[]): void {
  if (names.some((name) => (name?.length ?? 0) > modelNameMaxChars))
    throw invalid(`the name of its model is longer than ${modelNameMaxChars} characters`);
  if (names.some((name) => name !== undefined && roughName.test(name)))
    throw invalid('the name of its model holds a control character, or a space at its edge or beside a colon');
}

/** @returns the members that policy knows */
function checkTopLevelKeys(bytes: Buffer): ReadonlyMap<string, JsonMember> {
  const scan = scanTopLevel(bytes);
  if (!scan.ok) throw invalid('it is not a valid JSON object');
  if (scan.depth > mostDepth) throw invalid(`a value is nested more than ${mostDepth} deep`);
  const seen = new Map<string, JsonMember>();
  for (const member of scan.members) {
    const { key } = member;
    const folded = policyKeys.has(key) ? key : foldKey(key);
    if (!policyKeys.has(folded)) continue;
    if (folded !== key) throw invalid(oddSpelling(key));
    if (seen.has(folded)) throw invalid(`"${folded}" stands in it twice`);
    seen.set(folded, member);
  }
  return seen;
}

export const cloudWords = 'using a model that runs on the owner’s ollama.com account';

/** Ollama's names for models that run elsewhere and cost their owner money: `…:cloud`, `…:671b-cloud`. */
export function isCloudModel(model: string): boolean {
  return /:(?:[^:/]*-)?cloud\s*$/i.test(model);
}

// Most bodies name no media at all. A letter beyond ASCII may fold into one of these, and an escape may hide one.
const mayNameMedia = /url|uri|image|video|audio|file|media|mask|path|\\|[^\x20-\x7e\s]/i;

function needsOf(
  root: Record<string, unknown>,
  { operation }: RouteRow,
  models: readonly (string | undefined)[],
  text: string,
): ReadonlyMap<Operation, string> {
  const needs = new Map<Operation, string>();
  if (models.some((model) => model !== undefined && isCloudModel(model))) needs.set('cloud', cloudWords);
  if (operation === 'models:manage') {
    // A model made of one that runs elsewhere may have any name.
    if (isFilled(root['remote_host']) || isFilled(root['remote_model'])) needs.set('cloud', cloudWords);
    if (root['insecure'] === true || models.some((model) => model?.includes('://')))
      needs.set('remote_media', 'having the server fetch a model from an address');
  }
  for (const member of ['integrations', 'plugins', 'mcp_servers']) {
    if (isFilled(root[member])) needs.set('tools', `having the server run tools ("${member}")`);
  }
  // LocalAI runs its owner's MCP servers, or tools that manage it, for whoever names them there.
  const meta = isObject(root['metadata']) ? Object.keys(root['metadata']) : [];
  const asked = meta.map(foldKey).find((name) => /^(?:mcp_|localai_)/.test(name));
  if (asked !== undefined) needs.set('tools', `having the server run tools ("metadata.${asked.slice(0, 40)}")`);
  const tool = asArray(root['tools']).find(isServerTool);
  if (tool !== undefined) needs.set('tools', 'having the server run a tool of its own ("tools")');
  if (isFilled(root['adapters'])) needs.set('models:manage', 'loading adapters');
  const media = mayNameMedia.test(text) ? findRemoteMedia(root) : undefined;
  if (media !== undefined)
    needs.set('remote_media', `having the server fetch a URL ("${media}"); send the data itself`);
  return needs;
}

// Tools that the client runs: it gets the call and answers it. Whatever else a server knows it would run itself, with the
// rights or on the account of its owner (MCP servers, web search, code interpreters).
const clientTool = /^(?:function|custom|local_shell|shell|apply_patch|(?:bash|text_editor|computer|memory)_\d{8})$/;

function isServerTool(tool: unknown): boolean {
  if (!isObject(tool)) return false;
  return Object.entries(tool).some(([key, value]) => {
    const folded = foldKey(key);
    if (folded === 'server_url') return true;
    return folded === 'type' && value !== null && !(typeof value === 'string' && clientTool.test(value));
  });
}

// The first one decides which server is asked. Ollama takes `name` for `model` where that is empty; LM Studio unloads by
// the name of what it loaded.
function namedModels(
  root: Record<string, unknown>,
  { dialect, operation }: RouteRow,
): readonly [string | undefined, ...string[]] {
  const members = [
    'model',
    ...(dialect === 'ollama' ? ['name'] : []),
    ...(operation === 'models:manage' ? managed : []),
  ];
  const named = (member: string) => stringMember(root, member) || [];
  const [model, ...others] = members.flatMap(named);
  return [model, ...others, ...[named('draft_model')].flat()];
}

const managed = ['source', 'instance_id', 'destination', 'from'];

function storedIds(root: Record<string, unknown>): readonly string[] {
  const ids: string[] = [];
  const previous = root['previous_response_id'];
  if (previous !== undefined && previous !== null) ids.push(String(previous));
  const conversation = root['conversation'];
  if (isObject(conversation)) ids.push(String(conversation['id']));
  else if (conversation !== undefined && conversation !== null) ids.push(String(conversation));
  for (const item of asArray(root['input'])) {
    if (
      isObject(item) &&
      (item['type'] === 'item_reference' ||
        ((item['type'] ?? null) === null && item['role'] === undefined && 'id' in item))
    ) {
      ids.push(String(item['id']));
    }
  }
  return ids;
}

function stringMember(root: Record<string, unknown>, name: string): string | undefined {
  const value = root[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`"${name}" is not a string`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== false;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function oddSpelling(key: string): string {
  return `"${key.slice(0, 40)}" is an odd spelling of a known field`;
}

export function invalid(reason: string): KeyhatchError {
  return new KeyhatchError('body_invalid', { details: { reason } });
}
