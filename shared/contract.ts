// Every call that the window, the dashboard and the command line can make, with its input, its output and who may make
// it. A value, not code: core implements it, three transports carry it. Errors are codes of shared/errors.ts.

import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import type { ApiDocument } from './api-document.ts';
import { auditExport, auditReport } from './audit-model.ts';
import { machine, manage, owner, ownerProved, ownOrManage, ownOrView, ref, view } from './call-meta.ts';
import { captureStart, captureState, conversation, replayOrder } from './capture-model.ts';
import { change } from './change.ts';
import { historyPage, historyQuery } from './history-model.ts';
import { limitStates, topUp } from './limit-model.ts';
import { unmeteredReport } from './metering-model.ts';
import {
  createdKey,
  desktopFacts,
  detectedServer,
  finding,
  keyEdit,
  keyFacts,
  lockedAddress,
  newKey,
  portCheck,
  profileFacts,
  settingView,
  signInLink,
  status,
  upstreamKind,
  upstreamStatus,
} from './model.ts';
import { networkInterface } from './network-model.ts';
import { ownCalls, peopleCalls, sessionCalls } from './people-contract.ts';
import { policyAnswer, policyQuestion } from './policy-model.ts';
import { newProject, projectEdit, projectFacts } from './project-model.ts';
import { runningRequest } from './running-model.ts';
import { pemPair, tlsView } from './tls-model.ts';
import {
  backupMade,
  backupRestore,
  backupRestored,
  importReport,
  keyExport,
  keyImport,
  passphrase,
} from './transfer-model.ts';
import { requestPage, requestQuery, requestView, usageGroup, usageReport, usageSeries } from './usage-model.ts';
import {
  detailsQuestion,
  exportChunk,
  lifetimeQuestion,
  requestExport,
  seriesQuestion,
  usageDetails,
  usageExport,
  usageLifetime,
} from './usage-questions.ts';
import { newAddressRule, newPathToken, newSecondPort, openedPath, wayFacts } from './ways-model.ts';

export type { CallMeta } from './call-meta.ts';

export const contract = {
  status: {
    get: ownOrView.output(status),
  },
  changes: {
    /** Everything that changes, as it changes. See `change` for what to do at the beginning. */
    watch: ownOrView.output(eventIterator(change)),
  },
  server: {
    start: manage.output(status),
    stop: manage.output(status),
    /** On: every private network of this computer, or those interfaces alone, keys required. Off: this computer only. */
    setLan: ownerProved
      .input(z.object({ on: z.boolean(), interfaces: z.array(z.string().min(1).max(100)).min(1).max(14).optional() }))
      .output(status),
    /** Tries the port, and says which other program holds it. */
    checkPort: manage.input(z.object({ port: z.number().int().min(1).max(65535) })).output(portCheck),
  },
  keys: {
    create: ownOrManage.input(newKey).output(createdKey),
    list: ownOrView.output(z.array(keyFacts)),
    get: ownOrView.input(ref).output(keyFacts),
    edit: ownOrManage.input(keyEdit).output(keyFacts),
    pause: ownOrManage.input(ref).output(keyFacts),
    resume: ownOrManage.input(ref).output(keyFacts),
    revoke: ownOrManage.input(ref).output(keyFacts),
    delete: manage.input(ref).output(keyFacts),
    /** So much more until then, in place of what topped the same budget up before; an amount of 0 takes that away. */
    topUp: manage.input(ref.extend({ add: topUp })).output(keyFacts),
    rotate: ownOrManage
      .input(ref.extend({ graceMs: z.number().int().min(0).max(31_536_000_000).default(86_400_000) }))
      .output(createdKey),
    /** Its totals count anew from now on; what was used before stays in every other sum. */
    resetCounters: manage.input(ref).output(keyFacts),
    /** Ends the grace of the secret before the last rotation. */
    endOldSecret: ownOrManage.input(ref).output(keyFacts),
    /** Lets a weak key be used from other machines too. */
    acceptWeak: manage.input(ref).output(keyFacts),
    /** Makes keys of values from another program. Values travel in alone. */
    import: manage.input(keyImport).output(importReport),
    /** All facts, no secrets. */
    export: view.output(keyExport),
  },
  projects: {
    create: manage.input(newProject).output(projectFacts),
    list: view.output(z.array(projectFacts)),
    get: view.input(ref).output(projectFacts),
    edit: manage.input(projectEdit).output(projectFacts),
    /** Refuses all its keys and ends what they are running; nothing is lost. */
    archive: manage.input(ref).output(projectFacts),
    unarchive: manage.input(ref).output(projectFacts),
    /** Fails with `project_has_keys` while there is a key in it. */
    delete: manage.input(ref).output(projectFacts),
    /** As with a key. */
    topUp: manage.input(ref.extend({ add: topUp })).output(projectFacts),
  },
  history: {
    list: view.input(historyQuery).output(historyPage),
  },
  /** The history, as a record that cannot be changed without a trace. */
  audit: {
    /** Looks through all of it. */
    verify: owner.output(auditReport),
    /** The pieces of a file, oldest entry first. */
    export: owner.input(auditExport).output(eventIterator(exportChunk)),
    /** A new chain, held to what is there now: once a break is known and explained. Fails with `vault_locked`. */
    beginAnew: ownerProved.output(auditReport),
  },
  backup: {
    /** Seals what clients need to go on elsewhere: verifiers, keys' facts, projects, settings. Not usage, not history. */
    create: ownerProved.input(z.object({ passphrase })).output(backupMade),
    /** Fails with `backup_unreadable`, or with `backup_conflicts` where something is here and `replace` is not set. */
    restore: ownerProved.input(backupRestore).output(backupRestored),
  },
  policy: {
    /** Which stage would decide about a request, and why. Sends nothing and counts nothing. */
    test: view.input(policyQuestion).output(policyAnswer),
  },
  api: {
    /** The OpenAPI document of the admin API, which programs read at /api/v1/openapi.json. */
    document: view.output(z.custom<ApiDocument>((value) => typeof value === 'object' && value !== null)),
  },
  limits: {
    /** Every limit of a key and what is left of it now. */
    get: ownOrView.input(ref).output(limitStates),
  },
  upstreams: {
    list: view.output(z.array(upstreamStatus)),
    add: ownerProved
      .input(
        z.object({
          url: z.string().min(1).max(2000),
          name: z.string().trim().min(1).max(80).optional(),
          kind: upstreamKind.optional(),
          credential: z
            .string()
            .max(2000)
            .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII, as a header can carry it')
            .optional(),
          confirm: z.boolean().default(false),
        }),
      )
      .output(upstreamStatus),
    /** Without `parallel` it stays as it is; `auto` goes by the server and its kind, null takes as many as come. */
    edit: manage
      .input(
        ref.extend({
          name: upstreamStatus.shape.name.optional(),
          parallel: z
            .union([z.number().int().min(1).max(10_000), z.literal('auto')])
            .nullable()
            .optional(),
        }),
      )
      .output(upstreamStatus),
    test: view.input(ref).output(upstreamStatus),
    remove: ownerProved.input(ref).output(upstreamStatus),
  },
  settings: {
    list: view.output(z.array(settingView)),
    get: view.input(z.object({ name: z.string() })).output(settingView),
    /** Turning keys off while other machines can reach the port needs `confirm`. */
    set: manage
      .input(z.object({ name: z.string(), value: z.json(), confirm: z.boolean().default(false) }))
      .output(settingView),
  },
  usage: {
    report: ownOrView
      .input(
        z.object({ sinceMs: z.number().int().positive(), by: usageGroup, personId: z.string().max(80).optional() }),
      )
      .output(usageReport),
    series: ownOrView.input(seriesQuestion).output(usageSeries),
    /** Answers whose token numbers are not their model server's own, by upstream and reason. */
    unmetered: view.input(z.object({ sinceMs: z.number().int().positive() })).output(unmeteredReport),
    details: ownOrView.input(detailsQuestion).output(usageDetails),
    /** Since ever, and for keys since their counters were last reset. */
    lifetime: ownOrView.input(lifetimeQuestion).output(usageLifetime),
    /** The pieces of a file. What comes while it runs is not in it. */
    export: ownOrView.input(usageExport).output(eventIterator(exportChunk)),
  },
  requests: {
    list: ownOrView.input(requestQuery).output(requestPage),
    /** Fails with `request_not_found` once it has been cleared away. */
    get: ownOrView.input(z.object({ id: z.string().max(80) })).output(requestView),
    /** The pieces of a file, oldest request first. What comes while it runs is not in it. */
    export: ownOrView.input(requestExport).output(eventIterator(exportChunk)),
    /** Those that have not ended yet, newest first; at most a hundred. */
    running: ownOrView.output(z.array(runningRequest)),
    /** What was captured of a request. Fails with `capture_not_found`, `capture_impossible`. */
    conversation: ownerProved.input(z.object({ id: z.string().max(80) })).output(conversation),
    /** Sends a captured request once more; answers with the id of the new one as soon as it runs. */
    replay: ownerProved.input(replayOrder).output(z.object({ id: z.string() })),
  },
  /** Keeping prompts and answers, encrypted: by the owner alone, a key at a time, never without an end. */
  capture: {
    list: view.output(captureState),
    start: ownerProved.input(captureStart).output(captureState),
    stop: owner.input(ref).output(captureState),
    /** Ends all capture, deletes what is kept and destroys the key that opens it. */
    wipe: ownerProved.output(z.object({ requests: z.number().int().nonnegative() })),
  },
  network: {
    /** Every interface with its addresses, its kind, and where Keyhatch is reached through it. */
    interfaces: view.output(z.array(networkInterface)),
  },
  lockout: {
    list: view.output(z.array(lockedAddress)),
    /** Fails with `address_not_locked`. */
    unlock: manage.input(z.object({ address: z.string().min(1).max(80) })).output(z.array(lockedAddress)),
  },
  tls: {
    get: view.output(tlsView),
    /** Serves with a certificate that was brought along. Fails with `certificate_unsuitable`. */
    usePem: ownerProved.input(pemPair).output(tlsView),
    /** Goes back to the certificate of Keyhatch's own, and forgets the key of the other. */
    useOwn: ownerProved.output(tlsView),
    /** Makes a new certificate, and an authority where there is none. Fails with `certificate_brought_along`. */
    renew: ownerProved.output(tlsView),
    /** Makes a new authority too, which every client then has to be told to trust. Fails as `renew` does. */
    newAuthority: ownerProved.output(tlsView),
  },
  /** For clients that cannot send a key. `close` ends at once what came by it. */
  ways: {
    list: view.output(z.array(wayFacts)),
    addRule: ownerProved.input(newAddressRule).output(wayFacts),
    setPort: ownerProved.input(newSecondPort).output(wayFacts),
    /** The one answer that carries the token. */
    addPath: ownerProved.input(newPathToken).output(openedPath),
    close: ownerProved.input(z.object({ id: z.string().max(80) })).output(z.array(wayFacts)),
  },
  profile: {
    get: view.output(profileFacts),
  },
  people: peopleCalls,
  me: ownCalls,
  sessions: sessionCalls,
  dashboard: {
    /** Makes a sign-in link; the one before stops working. Fails with `dashboard_off` while there is no listener. */
    link: machine.output(signInLink),
  },
  /** Each fails with `desktop_only` where there is no desktop app. */
  desktop: {
    get: machine.output(desktopFacts),
    /** Puts a secret on the clipboard and, if so set, takes it away again after `clearsAfterMs`. */
    copySecret: machine
      .input(z.object({ text: z.string().min(1).max(10_000) }))
      .output(z.object({ clearsAfterMs: z.number().int().nullable() })),
    installCommandLine: machine.output(desktopFacts),
    checkForUpdates: machine.output(desktopFacts),
    restartToUpdate: machine.output(desktopFacts),
  },
  detect: {
    run: view.output(z.array(detectedServer)),
  },
  doctor: {
    run: view.output(z.array(finding)),
  },
} as const;

export type Contract = typeof contract;
