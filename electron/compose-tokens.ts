// The part of composing that joins people's short-lived tokens with the gateway, which takes them as it takes keys, and with
// the dashboard, where people sign in for them. Used by compose.ts alone.

import { randomFillSync } from 'node:crypto';
import { KeyhatchError } from '../shared/errors.ts';
import { usualPolicy } from '../shared/key-policy.ts';
import type { Ledger } from './compose-ledger.ts';
import type { JoinedPeople } from './compose-people.ts';
import type { KeptPerson, People, PeopleForTokens } from './core/people.ts';
import type { AccessTokens, GatewayKey, KeyRegistry } from './gateway/ports.ts';
import type { Lifetime } from './lib/lifetime.ts';
import { holderIdOf, personOfHolder } from './lib/token-holder.ts';
import { createTokens, type Holder, type TokenPorts, type Tokens } from './tokens/tokens.ts';

type Person = Holder & Pick<KeptPerson, 'limits'>;

export type JoinedTokens = {
  readonly tokens: Tokens<Person>;
  readonly gateway: { readonly tokens: AccessTokens; readonly keys: KeyRegistry };
};

export function joinTokens(
  options: Pick<TokenPorts<Person>, 'secrets' | 'onEnded' | 'settings' | 'record' | 'clock'> & {
    readonly people: Pick<People, 'find' | 'nameOf' | 'noteSeen'>;
    readonly forTokens: Pick<PeopleForTokens, 'verify' | 'acceptInvite' | 'onChanged'>;
    readonly door: Pick<JoinedPeople['door'], 'lookAtInvite' | 'standing'>;
    readonly ledger: Pick<Ledger, 'nameHolder'>;
    /** Of keys alone. */
    readonly registry: KeyRegistry;
    readonly lifetime: Lifetime;
  },
): JoinedTokens {
  const { people, forTokens, door, registry, ledger, lifetime, ...ports } = options;
  const tokens = createTokens<Person>({
    ...ports,
    people: {
      verify: ({ name, password, totp, address }) => forTokens.verify(name, password, totp, address),
      async acceptInvite({ invite: token, ...given }) {
        // Who chooses a new password may still owe a code.
        if (door.lookAtInvite(token).kind !== 'invite') throw new KeyhatchError('invite_invalid');
        return forTokens.acceptInvite({ token, ...given });
      },
      get: people.find,
      owesTotp: (personId) => door.standing(personId)?.owesTotp ?? true,
      nameOf: people.nameOf,
    },
    nameHolder: (person) => ledger.nameHolder(holderIdOf(person.id), person.name),
    fillRandom: (bytes) => randomFillSync(bytes),
  });
  lifetime.own('tokens of people', forTokens.onChanged(tokens.personChanged));
  return { tokens, gateway: { tokens: asCallers(tokens, people.noteSeen), keys: withHolders(registry, people.find) } };
}

function asCallers(tokens: Tokens<Person>, noteSeen: People['noteSeen']): AccessTokens {
  return {
    find(credential) {
      const found = tokens.find(credential);
      if (found?.kind === 'valid') noteSeen(found.person.id);
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
      const personId = personOfHolder(id);
      if (personId === undefined) return registry.get(id);
      const person = personOf(personId);
      return person?.status === 'active' ? keyOf(person) : undefined;
    },
  };
}

/** What a person's tokens may do together: what one key of theirs may at most. */
function keyOf(person: Person): GatewayKey {
  const { rpm, parallel, rph, tpm, models, operations } = person.limits;
  return {
    id: holderIdOf(person.id),
    name: person.name,
    kind: 'inference',
    projectId: null,
    personId: person.id,
    personBar: null,
    status: 'active',
    weak: false,
    oldSecretWeak: false,
    expiresAt: null,
    limits: { rpm, parallel },
    models,
    policy: { ...usualPolicy, operations, rph, tpm },
  };
}
