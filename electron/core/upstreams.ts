// The model servers behind the gateway: adding, testing, removing, and what the gateway and the window see of them. Their
// credentials lie in the vault under `upstream/<id>` and are read once into memory.

import { KeyhatchError } from '../../shared/errors.ts';
import type { PlacesState } from '../../shared/limit-model.ts';
import type { UpstreamRecord, UpstreamStatus } from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import { type Dialect, type UpstreamKind, upstreamKindRow } from '../../shared/upstream-kinds.ts';
import type { Log } from '../lib/log.ts';
import type { RecordHistory } from './history.ts';
import { credentialFor, editedUpstream, freeName, type UpstreamEdit } from './upstream-records.ts';

export type UpstreamHealthFacts = {
  readonly health: 'up' | 'down' | 'unknown';
  readonly reason: string | null;
  readonly latencyMs: number | null;
  readonly checkedAt: number | null;
  /** Every name under which a request may ask for a model. */
  readonly models: ReadonlySet<string>;
  /** The models as the server itself lists them. */
  readonly listed: readonly string[];
  /** How many requests it says that it answers at once; null where it does not say. */
  readonly slots: number | null;
};

/** An upstream with everything that requests need. */
export type LiveUpstream = Omit<UpstreamRecord, 'url' | 'parallel'> & {
  /** How many requests it takes at once; null: as many as come. */
  readonly parallel: number | null;
  readonly url: URL;
  readonly dialects: readonly Dialect[];
  readonly credential: string | undefined;
  readonly health: UpstreamHealthFacts['health'];
  readonly models: ReadonlySet<string>;
};

/** An upstream that comes with this run and is kept nowhere. */
export type GivenUpstream = UpstreamRecord & { readonly credential?: string };

export type UpstreamPorts = {
  readonly settings: () => Settings;
  readonly saveSettings: (list: readonly UpstreamRecord[], fallbackId: string | null) => void;
  /** Upstreams given for this run only, with their credentials; they hide the saved ones. */
  readonly fixed: readonly GivenUpstream[];
  /** Stays beside the others until one of them answers; never serves a model that it does not list. */
  readonly standIn: GivenUpstream | undefined;
  readonly secrets: {
    readonly get: (name: string) => Promise<string | null>;
    readonly set: (name: string, value: string) => Promise<void>;
    readonly delete: (name: string) => Promise<void>;
  };
  readonly health: (id: string) => UpstreamHealthFacts | undefined;
  /** How many requests it answers now, and how many wait for it. */
  readonly places: (id: string) => { readonly running: number; readonly queued: number };
  readonly refreshHealth: (id: string) => Promise<void>;
  readonly parseAddress: (text: string, confirmed: boolean) => URL;
  readonly identify: (
    url: URL,
    credential: string | undefined,
  ) => Promise<{ readonly kind: UpstreamKind; readonly needsCredential: boolean }>;
  readonly makeId: () => string;
  readonly onChange: () => void;
  readonly record: RecordHistory;
  readonly log: Log;
};

export type NewUpstream = {
  readonly url: string;
  readonly name?: string | undefined;
  readonly kind?: UpstreamKind | undefined;
  readonly credential?: string | undefined;
  readonly confirm: boolean;
};

export type Upstreams = {
  readonly records: () => readonly (UpstreamRecord & { readonly credential: string | undefined })[];
  readonly live: () => readonly LiveUpstream[];
  readonly fallback: () => LiveUpstream | undefined;
  readonly statuses: () => UpstreamStatus[];
  /** The id of the one that people name so. @throws KeyhatchError `upstream_not_found`, `name_ambiguous` */
  readonly idOf: (ref: string) => string;
  readonly add: (input: NewUpstream) => Promise<UpstreamStatus>;
  readonly edit: (input: UpstreamEdit) => UpstreamStatus;
  readonly test: (ref: string) => Promise<UpstreamStatus>;
  readonly remove: (ref: string) => Promise<UpstreamStatus>;
  /** Reads credentials from the vault; called again whenever it opens. Never rejects. */
  readonly loadCredentials: () => Promise<void>;
  /** To be called when the health of any of them changed. */
  readonly healthChanged: () => void;
};

export function createUpstreams(ports: UpstreamPorts): Upstreams {
  const credentials = new Map<string, string>();
  // Built once and not per request; thrown away when the list, a credential or somebody's health changes.
  const isFixed = ports.fixed.length > 0;
  let liveCache: { readonly of: object; readonly list: readonly LiveUpstream[] } | undefined;

  const standIn = ports.standIn === undefined ? [] : [ports.standIn];
  for (const { id, credential } of [...ports.fixed, ...standIn]) {
    if (credential !== undefined) credentials.set(id, credential);
  }

  let answered = false;
  let joined: { readonly of: object; readonly list: readonly UpstreamRecord[] } | undefined;

  function saved(): readonly UpstreamRecord[] {
    const list = isFixed ? ports.fixed : ports.settings()['upstreams.list'];
    return standIn.length === 0 ? list : withStandIn(list);
  }

  // Last in line, so that a model nobody lists still goes to the others: a dead server is told, never stood in for.
  function withStandIn(list: readonly UpstreamRecord[]): readonly UpstreamRecord[] {
    if (list.length === 0) answered = false;
    else answered ||= list.some(({ id }) => ports.health(id)?.health === 'up');
    if (answered) return list;
    // The same object as before, because what is worked out of it is kept by it.
    if (joined?.of !== list) joined = { of: list, list: [...list, ...standIn] };
    return joined.list;
  }

  function liveOf(record: UpstreamRecord): LiveUpstream {
    const facts = ports.health(record.id);
    const { health = 'unknown', models = new Set<string>() } = facts ?? {};
    const parallel = placesOf(record, facts).limit;
    return liveUpstream(record, credentials.get(record.id), { health, models, parallel });
  }

  function live(): readonly LiveUpstream[] {
    const of = saved();
    if (liveCache?.of !== of) liveCache = { of, list: of.map(liveOf) };
    return liveCache.list;
  }

  function fallback(): LiveUpstream | undefined {
    const list = live();
    const wanted = ports.settings()['upstreams.default'];
    return list.find(({ id }) => id === wanted) ?? list[0];
  }

  function statusOf(record: UpstreamRecord): UpstreamStatus {
    const facts = ports.health(record.id);
    return {
      id: record.id,
      name: record.name,
      url: record.url,
      kind: record.kind,
      dialects: [...upstreamKindRow(record.kind).dialects],
      health: facts?.health ?? 'unknown',
      reason: facts?.reason ?? null,
      latencyMs: facts?.latencyMs ?? null,
      checkedAt: facts?.checkedAt ?? null,
      models: [...(facts?.listed ?? [])],
      places: { ...placesOf(record, facts), ...ports.places(record.id) },
      isDefault: fallback()?.id === record.id,
      hasCredential: credentials.has(record.id),
      setByFlag: isFixed || record.id === ports.standIn?.id,
    };
  }

  function resolve(ref: string): UpstreamRecord {
    const exact = saved().find(({ id }) => id === ref);
    if (exact) return exact;
    const fits = saved().filter(({ name, url }) => name.toLowerCase() === ref.toLowerCase() || url === ref);
    const [only, ...others] = fits;
    if (!only) throw new KeyhatchError('upstream_not_found', { details: { ref } });
    if (others.length > 0)
      throw new KeyhatchError('name_ambiguous', { details: { ref, ids: fits.map(({ id }) => id).join(', ') } });
    return only;
  }

  // Its own credential is told by whether there is one.
  function note(action: string, change: { readonly before?: UpstreamRecord; readonly after?: UpstreamRecord }): void {
    const [before, after] = [change.before, change.after].map(
      (record) => record && { ...record, hasCredential: credentials.has(record.id) },
    );
    const { id = '', name = '' } = change.after ?? change.before ?? {};
    ports.record({ action, subject: { kind: 'upstream', id, name }, before, after });
  }

  function forget(): void {
    liveCache = undefined;
    ports.onChange();
  }

  return {
    records: () => saved().map((record) => ({ ...record, credential: credentials.get(record.id) })),
    live,
    fallback,
    statuses: () => saved().map(statusOf),
    idOf: (ref) => resolve(ref).id,
    async add(input) {
      if (isFixed) throw new KeyhatchError('upstream_set_by_flag');
      const url = ports.parseAddress(input.url, input.confirm);
      const address = url.href.replace(/\/$/, '');
      const list = ports.settings()['upstreams.list'];
      if (list.some((one) => one.url === address)) {
        throw new KeyhatchError('upstream_address_refused', {
          details: { reason: `${address} is one of the upstreams already` },
        });
      }
      const kind = input.kind ?? (await ports.identify(url, input.credential)).kind;
      const record = { id: ports.makeId(), name: input.name ?? freeName(kind, url, list), url: address, kind };
      if (input.credential !== undefined) {
        await ports.secrets.set(
          `upstream/${record.id}`,
          JSON.stringify({ url: address, credential: input.credential }),
        );
        credentials.set(record.id, input.credential);
      }
      ports.saveSettings([...list, record], ports.settings()['upstreams.default']);
      note('added', { after: record });
      forget();
      await ports.refreshHealth(record.id);
      return statusOf(record);
    },
    edit(input) {
      if (isFixed) throw new KeyhatchError('upstream_set_by_flag');
      const record = resolve(input.ref);
      const list = ports.settings()['upstreams.list'];
      const next = editedUpstream(record, input);
      ports.saveSettings(
        list.map((one) => (one.id === record.id ? next : one)),
        ports.settings()['upstreams.default'],
      );
      note('edited', { before: record, after: next });
      forget();
      return statusOf(next);
    },
    async test(ref) {
      const record = resolve(ref);
      await ports.refreshHealth(record.id);
      return statusOf(record);
    },
    async remove(ref) {
      if (isFixed) throw new KeyhatchError('upstream_set_by_flag');
      const record = resolve(ref);
      const status = statusOf(record);
      const fallbackId = ports.settings()['upstreams.default'];
      const rest = ports.settings()['upstreams.list'].filter(({ id }) => id !== record.id);
      ports.saveSettings(rest, fallbackId === record.id ? null : fallbackId);
      note('removed', { before: record });
      forget();
      if (credentials.delete(record.id)) await ports.secrets.delete(`upstream/${record.id}`);
      return status;
    },
    async loadCredentials() {
      for (const { id, name, url } of isFixed ? [] : ports.settings()['upstreams.list']) {
        try {
          const credential = credentialFor(url, await ports.secrets.get(`upstream/${id}`));
          if (credential !== undefined) credentials.set(id, credential);
        } catch (error) {
          ports.log.warn('the credential of an upstream cannot be read from the vault', { upstream: name, error });
        }
      }
      liveCache = undefined;
    },
    healthChanged() {
      liveCache = undefined;
    },
  };
}

// Its owner knows best, then itself, then what is known of its kind.
function placesOf(
  { kind, parallel }: UpstreamRecord,
  facts: UpstreamHealthFacts | undefined,
): Pick<PlacesState, 'limit' | 'from'> {
  if (parallel !== undefined) return { limit: parallel, from: 'setting' };
  const slots = facts?.slots ?? null;
  if (slots !== null) return { limit: slots, from: 'server' };
  return { limit: upstreamKindRow(kind).parallel ?? null, from: 'kind' };
}

/** An upstream as requests see it. */
export function liveUpstream(
  record: UpstreamRecord,
  credential: string | undefined,
  facts: Pick<LiveUpstream, 'health' | 'models' | 'parallel'>,
): LiveUpstream {
  const { dialects } = upstreamKindRow(record.kind);
  return { ...record, url: new URL(record.url), dialects, credential, ...facts };
}
