// The part of composing that joins people's short-lived tokens with the gateway, which takes them as it takes keys, and with
// the dashboard, where people sign in for them. Used by compose.ts alone.

import { randomFillSync } from 'node:crypto';
import { usualPolicy } from '../shared/key-policy.ts';
import type { MemberLimits } from '../shared/people-model.ts';
import type { Ledger } from './compose-ledger.ts';
import type { RecordHistory } from './core/history.ts';
import type { AccessTokens, GatewayKey, KeyRegistry } from './gateway/ports.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import { createTokens, type Holder, type TokenPorts, type Tokens } from './tokens/tokens.ts';

type Person = Holder & { readonly limits: MemberLimits };

export type JoinedTokens = {
  readonly tokens: Tokens<Person>;
  readonly gateway: { readonly tokens: AccessTokens; readonly keys: KeyRegistry };
};

/** Before the id of a person, where a key's id would stand. */
const holderPrefix = 'tok-';
const holderId = ({ id }: { readonly id: string }) => `${holderPrefix}${id}`;

export function joinTokens(
  options: Pick<TokenPorts<Person>, 'people' | 'secrets' | 'onEnded'> & {
    readonly onPersonChanged: (listen: (personId: string) => void) => () => void;
    readonly ledger: Pick<Ledger, 'nameHolder'>;
    /** Of keys alone. */
    readonly registry: KeyRegistry;
    readonly settings: SettingsBook['get'];
    readonly onSettingsChange: SettingsBook['onChange'];
    readonly lifetime: Lifetime;
    readonly record: RecordHistory;
    readonly clock: Clock;
  },
): JoinedTokens {
  const { people, registry, ledger, lifetime, onEnded, ...ports } = options;
  const tokens = createTokens<Person>({
    ...ports,
    people,
    onEnded,
    nameHolder: (person) => ledger.nameHolder(holderId(person), person.name),
    fillRandom: (bytes) => randomFillSync(bytes),
  });
  lifetime.own('tokens of people', options.onPersonChanged(tokens.personChanged));
  lifetime.own(
    'what programs come in with',
    options.onSettingsChange((names) => {
      if (names.includes('access.credentials')) onEnded();
    }),
  );
  return { tokens, gateway: { tokens: asCallers(tokens), keys: withHolders(registry, people.get) } };
}

function asCallers(tokens: Tokens<Person>): AccessTokens {
  return {
    find(credential) {
      const found = tokens.find(credential);
      return found?.kind === 'valid' ? { kind: 'valid', pass: found.familyId, key: keyOf(found.person) } : found;
    },
    isOpen: tokens.isOpen,
  };
}

// Limits, lists and what runs go by the id of a key; so do those of whoever comes with a token.
function withHolders(registry: KeyRegistry, personOf: (id: string) => Person | undefined): KeyRegistry {
  return {
    ...registry,
    get(id) {
      if (!id.startsWith(holderPrefix)) return registry.get(id);
      const person = personOf(id.slice(holderPrefix.length));
      return person?.status === 'active' ? keyOf(person) : undefined;
    },
  };
}

/** What a person's tokens may do together: what one key of theirs may at most. */
function keyOf(person: Person): GatewayKey {
  const { rpm, parallel, rph, tpm, models, operations } = person.limits;
  return {
    id: holderId(person),
    name: person.name,
    kind: 'inference',
    projectId: null,
    status: 'active',
    weak: false,
    oldSecretWeak: false,
    expiresAt: null,
    limits: { rpm, parallel },
    models,
    policy: { ...usualPolicy, operations, rph, tpm },
  };
}
