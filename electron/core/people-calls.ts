// What the owner and managers do with people and invitations, as the contract has it.

import type { Caller, InviteFacts, MadeInvite, NewInvite, PersonEdit, PersonFacts } from '../../shared/people-model.ts';
import type { Invites } from './invites.ts';
import type { People } from './people.ts';

export type PeopleCalls = {
  readonly list: () => PersonFacts[];
  readonly get: (ref: string) => PersonFacts;
  readonly edit: (edit: PersonEdit, caller: Caller) => PersonFacts;
  readonly remove: (ref: string) => PersonFacts;
  readonly invite: (input: NewInvite, caller: Caller) => MadeInvite;
  readonly invites: () => InviteFacts[];
  readonly cancelInvite: (id: string, caller: Caller) => InviteFacts[];
  readonly resetPassword: (ref: string, caller: Caller) => Promise<MadeInvite>;
};

export function createPeopleCalls({
  people,
  invites,
}: {
  readonly people: People;
  readonly invites: Invites;
}): PeopleCalls {
  return {
    list: people.list,
    get: people.get,
    edit: people.edit,
    remove: people.remove,
    invite: invites.invite,
    invites: invites.list,
    cancelInvite: invites.cancel,
    resetPassword: invites.resetPassword,
  };
}
