// The sessions that people look at and end: everybody their own, the owner those of all. Where sessions live is not known here.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Caller, SessionFacts } from '../../shared/people-model.ts';
import type { RecordHistory } from './history.ts';
import type { People } from './people.ts';

type Listed = Omit<SessionFacts, 'personName' | 'current'>;

export type SessionList = {
  readonly list: (caller: Caller) => SessionFacts[];
  /** @throws KeyhatchError `session_not_found`, also for somebody else's */
  readonly end: (caller: Caller, id: string) => SessionFacts[];
  readonly endOthers: (caller: Caller) => SessionFacts[];
};

export function createSessionList(ports: {
  readonly sessions: () => {
    readonly list: () => readonly Listed[];
    readonly end: (id: string) => boolean;
    readonly endOf: (personId: string | null, keep?: string) => void;
  };
  readonly people: Pick<People, 'find' | 'firstOwner'>;
  readonly record: RecordHistory;
}): SessionList {
  const { sessions, people, record } = ports;

  const ownId = ({ personId }: Caller) => personId ?? people.firstOwner()?.id ?? null;

  const list = (caller: Caller): SessionFacts[] =>
    sessions()
      .list()
      .filter(({ personId }) => caller.role === 'owner' || personId === ownId(caller))
      .map((session) => ({
        ...session,
        personName: session.personId === null ? null : (people.find(session.personId)?.name ?? null),
        current: session.id === caller.sessionId,
      }));

  function noteEnd({ id, personName, device, address }: SessionFacts): void {
    const detail = `of ${personName ?? 'the owner'}, ${device}, ${address}`;
    record({ action: 'ended', subject: { kind: 'session', id, name: id }, detail });
  }

  return {
    list,
    end(caller, id) {
      const session = list(caller).find((one) => one.id === id);
      if (!session || !sessions().end(id)) throw new KeyhatchError('session_not_found');
      noteEnd(session);
      return list(caller);
    },
    endOthers(caller) {
      const others = list(caller).filter(({ personId, current }) => personId === ownId(caller) && !current);
      sessions().endOf(ownId(caller), caller.sessionId);
      for (const session of others) noteEnd(session);
      return list(caller);
    },
  };
}
