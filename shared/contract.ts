// Every call that the window, the dashboard and the command line can make, with its input, its output and who may make
// it. A value, not code: core implements it, three transports carry it. Errors are codes of shared/errors.ts.

import { oc } from '@orpc/contract';
import * as z from 'zod';
import {
  createdKey,
  detectedServer,
  finding,
  keyEdit,
  keyFacts,
  newKey,
  settingView,
  status,
  upstreamKind,
  upstreamStatus,
  usageGroup,
  usageReport,
} from './model.ts';

/** `open`: anybody who reaches the transport; `view`: may look; `manage`: may change. */
export type Access = 'open' | 'view' | 'manage';

const call = (access: Access) => oc.$meta<{ access: Access }>({ access });
const view = call('view');
const manage = call('manage');
/** A key or an upstream by its id or its name. */
const ref = z.object({ ref: z.string().min(1).max(200) });

export const contract = {
  status: {
    get: view.output(status),
  },
  server: {
    start: manage.output(status),
    stop: manage.output(status),
  },
  keys: {
    create: manage.input(newKey).output(createdKey),
    list: view.output(z.array(keyFacts)),
    get: view.input(ref).output(keyFacts),
    edit: manage.input(keyEdit).output(keyFacts),
    pause: manage.input(ref).output(keyFacts),
    resume: manage.input(ref).output(keyFacts),
    revoke: manage.input(ref).output(keyFacts),
    delete: manage.input(ref).output(keyFacts),
    rotate: manage
      .input(ref.extend({ graceMs: z.number().int().min(0).max(31_536_000_000).default(86_400_000) }))
      .output(createdKey),
  },
  upstreams: {
    list: view.output(z.array(upstreamStatus)),
    add: manage
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
    test: view.input(ref).output(upstreamStatus),
    remove: manage.input(ref).output(upstreamStatus),
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
    report: view.input(z.object({ sinceMs: z.number().int().positive(), by: usageGroup })).output(usageReport),
  },
  detect: {
    run: view.output(z.array(detectedServer)),
  },
  doctor: {
    run: view.output(z.array(finding)),
  },
} as const;

export type Contract = typeof contract;
