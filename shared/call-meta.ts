// Who may make a call, as it stands beside each one: the beginnings of all calls of the contract.

import { oc } from '@orpc/contract';
import * as z from 'zod';

/** Who may make a call. Every call has these; core/permissions.ts reads them. */
export type CallMeta = {
  /**
   * `self`: any signed-in person, about themself; `view`: owner, managers and viewers; `manage`: owner and managers;
   * `owner`: the owner alone; `machine`: only whoever sits at the machine itself.
   */
  readonly access: 'self' | 'view' | 'manage' | 'owner' | 'machine';
  /** Members may make it too: it then shows and changes nothing but what is theirs. */
  readonly own?: true;
  /** A session must have proved who it is a moment ago, and admin keys may not make it at all. */
  readonly proved?: true;
};

const call = (meta: CallMeta) => oc.$meta<CallMeta>(meta);
export const view = call({ access: 'view' });
/** These two for members as well, about what is theirs. */
export const ownOrView = call({ access: 'view', own: true });
export const ownOrManage = call({ access: 'manage', own: true });
export const manage = call({ access: 'manage' });
export const self = call({ access: 'self' });
export const selfProved = call({ access: 'self', proved: true });
export const owner = call({ access: 'owner' });
export const ownerProved = call({ access: 'owner', proved: true });
export const machine = call({ access: 'machine' });
/** Something by its id or its name. */
export const ref = z.object({ ref: z.string().min(1).max(200) });
