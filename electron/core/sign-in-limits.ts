// How often somebody may try to sign in. Failures are answered, and right passwords are not refused for what others did: who
// failed too often, by account or by address, is told how long to wait, and shares a small allowance of guesses until then.
// That allowance, and a larger one for everybody else, bound how many passwords are worked out in a minute at all.

import { KeyhatchError } from '../../shared/errors.ts';
import { addressBlock, plainAddress } from '../lib/address-block.ts';
import type { Clock } from '../lib/clock.ts';
import { createPutOffs, type PutOffs } from '../lib/put-offs.ts';

export type SignInLimits = {
  /**
   * Takes one try of the allowance. Until what it gives back is called the try counts as a failure, or many at once would
   * all be worked out before the first has failed. @throws KeyhatchError `sign_in_blocked` when there is none left
   */
  readonly take: (attempt: SignInAttempt) => () => void;
  /**
   * The same for a new password of somebody who is in: one at a time, and a few an hour, so that one person cannot keep
   * everybody else waiting. @throws KeyhatchError `sign_in_blocked`
   */
  readonly takeChange: (personId: string) => () => void;
  /** Notes a failure. What to answer instead of it, while account or address are put off. */
  readonly failed: (attempt: SignInAttempt) => KeyhatchError | undefined;
  /** It was right: what was tried at this account from this address is forgotten, and the address is one of theirs. */
  readonly succeeded: (attempt: SignInAttempt) => void;
  /**
   * Codes have a million values: after too many wrong ones none is looked at for a while, right or not. The way in that is
   * left is a recovery code, or a link of the machine. @throws KeyhatchError `sign_in_blocked`
   */
  readonly checkCodes: (personId: string) => void;
  readonly codeFailed: (personId: string) => void;
  readonly codeFits: (personId: string) => void;
};

/** `account`: the id of a person, or the folded name of nobody. */
export type SignInAttempt = { readonly account: string; readonly address: string };

const minuteMs = 60_000;
const windowMs = 5 * minuteMs;
const accountAttempts = 10;
const addressAttempts = 10;
const codeAttempts = 5;
/** Passwords that are worked out in a minute, for those who are put off and for all others. */
const putOffPerMinute = 10;
const othersPerMinute = 60;
/** New passwords of one person. */
const changesPerHour = 6;
/** Said to those who change a password while they change it. */
const changeSeconds = 2;
/** Addresses that are remembered of each account. */
const knownAddressesMax = 20;
const knownAccountsMax = 1_000;
/** Addresses of which is remembered at whose account they failed. */
const triedMax = 10_000;

export function createSignInLimits({ clock }: { readonly clock: Clock }): SignInLimits {
  const rule = (attempts: number) => () => ({ attempts, windowMs });
  const accounts = createPutOffs({ rule: rule(accountAttempts), clock });
  const addresses = createPutOffs({ rule: rule(addressAttempts), clock });
  // An account's put-off does not count where its owner signed in before; what was tried at it there does.
  const pairs = createPutOffs({ rule: rule(accountAttempts), clock });
  const tried = createTried(addresses);
  const codes = createPutOffs({ rule: rule(codeAttempts), clock });
  const allowances = {
    putOff: createAllowance({ tries: putOffPerMinute, spanMs: minuteMs }, clock),
    others: createAllowance({ tries: othersPerMinute, spanMs: minuteMs }, clock),
  };
  const running = {
    accounts: createRunning(),
    addresses: createRunning(),
    pairs: createRunning(),
    changes: createRunning(),
  };
  // Bounded by the number of people.
  const changes = new Map<string, Allowance>();
  const knownAddresses = new Map<string, readonly string[]>();

  const blockOf = ({ address }: SignInAttempt) => addressBlock(plainAddress(address));
  const pairOf = (attempt: SignInAttempt) => `${blockOf(attempt)} ${attempt.account}`;

  // Whoever signed in from there before is not slowed down by those who guess at their account from elsewhere.
  function isPutOff(attempt: SignInAttempt): boolean {
    const block = blockOf(attempt);
    if (mayBePutOff(addresses, block, running.addresses)) return true;
    if (mayBePutOff(pairs, pairOf(attempt), running.pairs)) return true;
    const isTheirs = knownAddresses.get(attempt.account)?.includes(block) ?? false;
    return !isTheirs && mayBePutOff(accounts, attempt.account, running.accounts);
  }

  return {
    take(attempt) {
      const seconds = (isPutOff(attempt) ? allowances.putOff : allowances.others).take();
      if (seconds !== undefined) throw blocked(seconds);
      const ends = [
        running.addresses.begin(blockOf(attempt)),
        running.accounts.begin(attempt.account),
        running.pairs.begin(pairOf(attempt)),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
    takeChange(personId) {
      if (running.changes.of(personId) > 0) throw blocked(changeSeconds);
      const allowance =
        changes.get(personId) ?? createAllowance({ tries: changesPerHour, spanMs: 60 * minuteMs }, clock);
      changes.set(personId, allowance);
      const seconds = allowance.take();
      if (seconds !== undefined) throw blocked(seconds);
      return running.changes.begin(personId);
    },
    failed(attempt) {
      const block = blockOf(attempt);
      tried.note(block, attempt.account);
      const waits = [accounts.failed(attempt.account), addresses.failed(block), pairs.failed(pairOf(attempt))];
      const seconds = Math.max(...waits.map((wait) => wait ?? 0));
      return seconds > 0 ? blocked(seconds) : undefined;
    },
    succeeded(attempt) {
      const { account } = attempt;
      const block = blockOf(attempt);
      pairs.forget(pairOf(attempt));
      // Else whoever shares it could guess at others and sign in themselves in between, without end.
      if (tried.isAlone(block, account)) addresses.forget(block);
      const known = (knownAddresses.get(account) ?? []).filter((one) => one !== block);
      knownAddresses.delete(account);
      knownAddresses.set(account, [block, ...known].slice(0, knownAddressesMax));
      const [oldest] = knownAddresses.keys();
      if (knownAddresses.size > knownAccountsMax && oldest !== undefined) knownAddresses.delete(oldest);
    },
    checkCodes(personId) {
      const seconds = codes.secondsLeft(personId);
      if (seconds !== undefined) throw blocked(seconds);
    },
    codeFailed(personId) {
      codes.failed(personId);
    },
    codeFits(personId) {
      codes.forget(personId);
    },
  };
}

const blocked = (seconds: number) => new KeyhatchError('sign_in_blocked', { details: { seconds } });

/** Put off, or would be if all of its tries that run now failed. */
function mayBePutOff(putOffs: PutOffs, name: string, running: Running): boolean {
  return putOffs.secondsLeft(name) !== undefined || running.of(name) >= putOffs.failuresLeft(name);
}

type Tried = {
  /** To be called before the address is told of the failure. */
  readonly note: (block: string, account: string) => void;
  /** Whether all that counts against an address was tried at this account. */
  readonly isAlone: (block: string, account: string) => boolean;
};

/** At whose account each address failed. */
function createTried(addresses: PutOffs): Tried {
  // Null where there were several.
  const accounts = new Map<string, string | null>();
  return {
    note(block, account) {
      const isFirst = addresses.secondsLeft(block) === undefined && addresses.failuresLeft(block) === addressAttempts;
      const isOne = isFirst || accounts.get(block) === account;
      accounts.delete(block);
      accounts.set(block, isOne ? account : null);
      const [oldest] = accounts.keys();
      if (accounts.size > triedMax && oldest !== undefined) accounts.delete(oldest);
    },
    isAlone: (block, account) => accounts.get(block) === account,
  };
}

type Running = {
  readonly of: (name: string) => number;
  /** Gives back what ends it, once. */
  readonly begin: (name: string) => () => void;
};

/** How many of each name run now. */
function createRunning(): Running {
  const counts = new Map<string, number>();
  const of = (name: string) => counts.get(name) ?? 0;
  return {
    of,
    begin(name) {
      counts.set(name, of(name) + 1);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        if (of(name) > 1) counts.set(name, of(name) - 1);
        else counts.delete(name);
      };
    },
  };
}

type Allowance = { readonly take: () => number | undefined };

/** So many in any span; beyond that, the seconds until the next. */
function createAllowance(
  { tries, spanMs }: { readonly tries: number; readonly spanMs: number },
  clock: Clock,
): Allowance {
  let taken: readonly number[] = [];
  return {
    take() {
      const now = clock.monotonic();
      taken = taken.filter((at) => now - at < spanMs);
      const [oldest] = taken;
      if (oldest !== undefined && taken.length >= tries) return Math.max(1, Math.ceil((oldest + spanMs - now) / 1000));
      taken = [...taken, now];
      return undefined;
    },
  };
}
