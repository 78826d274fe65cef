// What is known of one request at each point of its way. Every stage takes the exchange so far and returns it grown; the
// types chain, so that a stage in the wrong place does not compile.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Dialect } from '../../shared/upstream-kinds.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import type { Splice } from './body-edits.ts';
import type { BodyFacts } from './body-policy.ts';
import type { CaptureTap } from './capture-tap.ts';
import type { Place } from './places.ts';
import type { GatewayProject, GatewayUpstream, PresentedKey, UpstreamRegistry } from './ports.ts';
import type { Reservation } from './reserve.ts';
import type { Operation, RouteRow } from './route-table.ts';
import type { Ending } from './running.ts';
import type { Upload } from './upload.ts';

/** As it came in from the listener. */
export type Received = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Ours, sent back as `x-request-id`. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** It asks to become a WebSocket at a place that offers one. */
  readonly upgrades?: true;
  /** It came by the port whose requests without a key count as those of one. */
  readonly bySecondPort?: boolean;
  /** It stood in the path, and stands there no more. */
  readonly pathToken?: string | undefined;
  /** The owner's own, from inside the process: no network lies between. */
  readonly inside?: boolean;
  /** Told why an answer breaks off, where that is said in another way than by bytes in it. */
  readonly onCut?: ((error: KeyhatchError) => void) | undefined;
};

/** After guard: the head is well-formed and allowed, and we know where the socket comes from. */
export type Guarded = Received & {
  /** The peer's address as the socket has it, IPv4-mapped forms unmapped. */
  readonly clientAddress: string;
  /** A program on this machine, talking to a loopback address under a loopback name, with nothing forwarded. */
  readonly trulyLocal: boolean;
  /** The same, but a page of a browser may be behind it: what counts for networks. */
  readonly fromThisComputer: boolean;
  readonly path: string;
  readonly query: URLSearchParams;
};

/** After route: a row of the route table fits. */
export type Routed = Guarded & {
  readonly route: RouteRow;
  readonly dialect: Dialect;
  readonly operation: Operation;
  /** Path at the upstream, from the route table and never from the client's URL as it stands. */
  readonly upstreamPath: string;
  /** Model or response id captured from the path, percent-decoded. */
  readonly pathArgument: string | undefined;
};

/** Whose requests count as those of a key, or of what stands for one. */
export type CallerWithKey = {
  readonly kind: 'key';
  readonly key: PresentedKey;
  /** What let it in; `key` is the key itself. */
  readonly by: 'key' | 'address_rule' | 'second_port' | 'path_token' | 'token';
  /** The way or the sign-in by which it may go on, until that ends; null for a key itself. */
  readonly pass: string | null;
};

export type Caller =
  | CallerWithKey
  | { readonly kind: 'this_computer' }
  | { readonly kind: 'anonymous' }
  /** The owner sends a captured request once more; in process, never from a socket. */
  | { readonly kind: 'replay'; readonly of: string }
  /** Nobody, on a public route. */
  | { readonly kind: 'nobody' };

/** After identify: we know who asks. */
export type Identified = Routed & { readonly caller: Caller };

/** What comes to be known of a request while it runs, for whoever looks at it meanwhile, and for its row however it ends. */
export type Progress = {
  model: string | undefined;
  upstreamName: string | undefined;
  /** When it went to the model server, epoch milliseconds. */
  forwardedAt: number | null;
};

/** Given back exactly once, whatever happens. */
export type Lease = { readonly release: () => void };

/** After admit: the caller may have one more request running. */
export type Admitted = Identified & {
  readonly admittedAt: number;
  readonly lease: Lease;
  /** Takes back that it counted as a request: for one that is refused for what it would use. */
  readonly uncount: () => void;
  /** Says when and why the request may not go on: its key was revoked, or the server stops. */
  readonly ending: Ending;
  readonly progress: Progress;
};

/** After body: read whole, within its bounds. `bytes` is what goes on to the upstream. */
export type Bodied = Admitted & {
  readonly body: {
    readonly sizeBytes: number;
    readonly facts: BodyFacts;
    /** The bytes, until they are let go. */
    readonly bytes: () => Buffer;
    /** Lets go of the bytes and gives their memory back: a generation may go on for an hour without them. */
    readonly letGo: () => void;
    /** A body that is not held but passed on as it comes. */
    readonly upload: Upload | undefined;
  };
};

/** After project: what the caller's project makes of it. */
export type Projected = Bodied & {
  readonly project: GatewayProject | undefined;
  /** The upstreams that there are for this caller. */
  readonly upstreams: UpstreamRegistry;
  /** The model that must stand in the body, where it is another than the one that does. */
  readonly wireModel: string | undefined;
  /** The model as the body names it. */
  readonly namedModel: string | undefined;
};

/** After authorize: what may be done, with which model, by which upstream. */
export type Authorized = Projected & {
  readonly model: string | undefined;
  /** What the key's policy puts into the body. */
  readonly edits: readonly Splice[];
  /** Upstreams that serve it, best first; only a refused connection moves on to the next. */
  readonly candidates: readonly [GatewayUpstream, ...GatewayUpstream[]];
  /** Where its bodies are copied to, when its key is being captured. */
  readonly capture?: CaptureTap | undefined;
  /** How long it waited for a place at the upstream; left out where there is nothing to wait for. */
  readonly queuedMs?: number;
};

/** After reserve: what it may use is held, and so is a place at the first of its candidates. */
export type Reserved = Authorized & {
  /** How long it waited for a place at the upstream; left out where there is nothing to wait for. */
  readonly queuedMs?: number;
  readonly place: Place | undefined;
  readonly reservation: Reservation | undefined;
};

/** How far an exchange has got, for the refusal and the meter. */
export type SoFar = Received & Partial<Reserved>;

/** The error that tells a client why its running request was ended. */
export function endedError({ ending, caller, project }: Admitted & Partial<Projected>): KeyhatchError {
  const details =
    caller.kind === 'key'
      ? { name: caller.key.name, project: project?.name ?? caller.key.projectId ?? '', ran: 1 }
      : {};
  return new KeyhatchError(ending.reason() ?? 'server_stopping', { details });
}

/** Who waits, and whose limits count: the id of the key, however it came, or the kind of a caller without one. */
export function callerIdOf(caller: Caller): string {
  return caller.kind === 'key' ? caller.key.id : caller.kind;
}

/** Who a stored response belongs to: a key's id, a path token's own, or the kind of a caller without one. */
export function ownerOf(caller: Caller): string {
  const isPathToken = caller.kind === 'key' && caller.by === 'path_token';
  return isPathToken && caller.pass !== null ? caller.pass : callerIdOf(caller);
}

/** How it came, as its row says it. */
export function wayOf(caller: Caller | undefined): RequestRow['caller'] {
  if (caller === undefined || caller.kind === 'nobody') return 'anonymous';
  return caller.kind === 'key' ? caller.by : caller.kind;
}
