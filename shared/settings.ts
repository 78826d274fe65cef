// Every setting: its name as users type it, schema, default and one sentence about it. The file format is flat JSON,
// `{ "version": 10, "server.port": 1235, … }`. Reading and writing lives in electron/settings.

import * as z from 'zod';
import { keyOperation, operationNames, operationPresets } from './key-policy.ts';
import { perSpan, priority } from './limit-model.ts';
import { upstreamRecord } from './model.ts';
import { interfaceHost } from './network-model.ts';
import { networkList } from './networks.ts';
import { role, roles } from './people-model.ts';
import { examplePrices, modelPrice } from './prices.ts';
import { tlsChoice } from './tls-model.ts';

/** Version of the settings file that this program writes. Steps of ten; see electron/settings/migrations. */
export const settingsVersion = 10;

const hostName = z.string().regex(/^[A-Za-z0-9._:[\]-]{1,255}$/, 'is not a host name or address');
const listenHost = z.union([hostName.regex(/^(?!if:)/), interfaceHost], 'is not a host name or address');
const origin = z.string().regex(/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/, 'is not an origin such as https://app.example');
const mebibyte = 1024 * 1024;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

export const settingsSchema = z.object({
  'server.hosts': z.array(listenHost).min(1).max(16).default(['127.0.0.1']),
  'server.publicInterfaces': z.array(z.string().min(1).max(100)).max(32).default([]),
  'server.port': z.number().int().min(0).max(65535).default(1235),
  'server.autoStart': z.boolean().default(true),
  'server.allowedHosts': z.array(hostName).max(64).default([]),
  'access.requireKey': z.boolean().default(true),
  'access.localhostBypass': z.boolean().default(false),
  'access.publicModels': z.boolean().default(false),
  'access.credentials': z.enum(['keys', 'tokens', 'both']).default('keys'),
  'access.networks': networkList.default(['anywhere']),
  'access.lockoutAttempts': z.number().int().min(0).max(10_000).default(10),
  'access.lockoutWindowMs': z.number().int().min(1000).max(86_400_000).default(300_000),
  'cors.mode': z.enum(['off', 'list', 'any']).default('off'),
  'cors.origins': z.array(origin).max(64).default([]),
  'keys.defaultOperations': z
    .array(keyOperation)
    .min(1)
    .max(operationNames.length)
    .default([...operationPresets.inference]),
  'keys.defaultExpiresDays': z.number().int().min(1).max(3650).nullable().default(null),
  'keys.defaultRpm': z.number().int().min(0).max(1_000_000).nullable().default(60),
  'keys.defaultParallel': z.number().int().min(1).max(100_000).nullable().default(null),
  'keys.defaultRph': perSpan.default(null),
  'keys.defaultTpm': perSpan.default(null),
  'keys.defaultPriority': priority.default('normal'),
  'queue.maxWaiting': z.number().int().min(0).max(10_000).default(64),
  'queue.maxWaitMs': z.number().int().min(0).max(59_000).default(55_000),
  'limits.bodyMaxBytes': z
    .number()
    .int()
    .min(1024)
    .max(1024 * mebibyte)
    .default(64 * mebibyte),
  'limits.bodiesInFlightBytes': z
    .number()
    .int()
    .min(mebibyte)
    .max(16_384 * mebibyte)
    .default(256 * mebibyte),
  'limits.uploadMaxBytes': z
    .number()
    .int()
    .min(1024)
    .max(4096 * 1024 * mebibyte)
    .default(128 * 1024 * mebibyte),
  'network.maxConnections': z.number().int().min(16).max(65_536).default(4096),
  'network.maxConnectionsPerAddress': z.number().int().min(1).max(65_536).default(512),
  'network.headMaxBytes': z
    .number()
    .int()
    .min(4096)
    .max(256 * 1024)
    .default(16 * 1024),
  'network.headTimeoutMs': z.number().int().min(1000).max(120_000).default(10_000),
  'network.bodyStallMs': z.number().int().min(1000).max(600_000).default(30_000),
  'network.readerStallMs': z.number().int().min(1000).max(3_600_000).default(60_000),
  'upstream.firstByteTimeoutMs': z.number().int().min(0).max(86_400_000).default(600_000),
  'upstreams.list': z.array(upstreamRecord).max(64).default([]),
  'upstreams.default': z.string().nullable().default(null),
  'dashboard.enabled': z.boolean().default(false),
  'dashboard.port': z.number().int().min(0).max(65535).default(1236),
  'dashboard.hosts': z.array(hostName).min(1).max(16).default(['127.0.0.1']),
  'tls.mode': tlsChoice.default('auto'),
  'people.totpRequiredFor': z.array(role).max(roles.length).default([]),
  'people.sessionIdleDays': z.number().int().min(1).max(365).default(7),
  'people.sessionMaxDays': z.number().int().min(1).max(365).default(30),
  'metrics.keyNames': z.boolean().default(false),
  'desktop.trayClick': z.enum(['toggle', 'menu', 'window']).default('toggle'),
  'desktop.openAtLogin': z.boolean().default(false),
  'desktop.notifications': z.boolean().default(true),
  'desktop.clearClipboard': z.enum(['auto', 'on', 'off']).default('auto'),
  'desktop.keepAwake': z.boolean().default(true),
  'desktop.updates': z.boolean().default(true),
  'window.welcomed': z.boolean().default(false),
  'usage.retentionDays': z.number().int().min(1).max(3650).default(30),
  'usage.hourlyDays': z.number().int().min(31).max(3650).default(365),
  'capture.maxBytes': z
    .number()
    .int()
    .min(mebibyte)
    .max(16_384 * mebibyte)
    .default(200 * mebibyte),
  'capture.retentionDays': z.number().int().min(1).max(365).default(7),
  'usage.prices': z
    .array(modelPrice)
    .max(200)
    .default([...examplePrices]),
  'usage.timeZone': z
    .string()
    .max(64)
    .refine(isTimeZone, 'is not a time zone such as Europe/Berlin')
    .nullable()
    .default(null),
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** What stands in for a value of the file that cannot be read, where the usual one may be wider than what was meant. */
export const settingsWhenDamaged: Readonly<Partial<Settings>> = {
  'keys.defaultOperations': [...operationPresets['read-only']],
  'keys.defaultExpiresDays': 1,
};

export const settingNames = Object.keys(settingsSchema.shape) as readonly SettingName[];

/** One sentence about each setting, for `keyhatch settings list` and the window. */
export const settingAbout: Readonly<Record<SettingName, string>> = {
  'server.hosts':
    'Where to listen: 127.0.0.1 for this computer only, lan for every private network, if:NAME for one interface, or addresses.',
  'server.publicInterfaces':
    'Interfaces named by if:NAME, and host names, whose public addresses are listened on. server.hosts puts them here once you confirm.',
  'server.port': 'Port to listen on. 0 takes any free one.',
  'server.autoStart': 'Start the server when Keyhatch starts.',
  'server.allowedHosts': 'Further host names under which clients reach this server, such as nas.lan.',
  'access.requireKey': 'Every request needs a key. Off: anyone who reaches the port may come in.',
  'access.localhostBypass': 'Programs on this computer may come in without a key. Nobody else may.',
  'access.publicModels': 'Anyone who reaches the port may list the models without a key.',
  'access.credentials':
    'What programs come in with: keys, tokens (short-lived ones, which people sign in for at the dashboard), or both.',
  'access.networks':
    'Where requests may come from: anywhere, my-network, this-computer, and blocks such as 192.168.1.0/24.',
  'access.lockoutAttempts':
    'Wrong keys that one address may try in access.lockoutWindowMs before it is put off, longer each time; 0 never. This computer never is.',
  'access.lockoutWindowMs': 'How long wrong keys are counted together, in milliseconds.',
  'cors.mode': 'Which web pages may call this server: off, list (cors.origins) or any.',
  'cors.origins': 'Origins of web pages that may call this server when cors.mode is list.',
  'keys.defaultOperations':
    'What a new key may do unless told: chat, embeddings, audio, images, models:list, and rights that act on this computer or spend money.',
  'keys.defaultExpiresDays': 'Days after which a new key ends unless told; null: it does not.',
  'keys.defaultRpm': 'Requests a minute that a new key may make; null for no limit.',
  'keys.defaultParallel': 'Requests that a new key may have running at once; null for no limit.',
  'keys.defaultRph': 'Requests an hour that a new key may make; null for no limit.',
  'keys.defaultTpm': 'Tokens a minute that a new key may use; null for no limit.',
  'keys.defaultPriority': 'Place of a new key in the line for a busy model server: high, normal or low.',
  'queue.maxWaiting': 'Requests that may wait in line for busy model servers; 0 refuses them at once.',
  'queue.maxWaitMs': 'How long a request may wait in line, in milliseconds.',
  'limits.bodyMaxBytes': 'Largest request body, in bytes.',
  'limits.bodiesInFlightBytes': 'Largest sum of request bodies held at one time, in bytes.',
  'limits.uploadMaxBytes': 'Largest model file that a key may upload, in bytes. It is passed on as it comes.',
  'network.maxConnections': 'Connections that may stand open at one time.',
  'network.maxConnectionsPerAddress':
    'Connections that one address may have open at one time (an IPv6 /64 counts as one); this computer’s own do not count.',
  'network.headMaxBytes': 'Largest head of a request, in bytes; holds from the next start of the server.',
  'network.headTimeoutMs': 'How long the head of a request may take to arrive, in milliseconds.',
  'network.bodyStallMs': 'How long a body may stop arriving before the request is given up, in milliseconds.',
  'network.readerStallMs':
    'How long a client may leave its answer unread before it is let go, in milliseconds, so that it holds no model.',
  'upstream.firstByteTimeoutMs':
    'How long a model server may take to begin its answer, in milliseconds; 0 waits for ever.',
  'upstreams.list': 'Model servers behind the gateway. Change them with: keyhatch upstreams',
  'upstreams.default': 'Id of the upstream that serves models nobody lists; null: the first one.',
  'dashboard.enabled':
    'Offer this window in a browser too, at the addresses of dashboard.hosts. keyhatch serve always does.',
  'dashboard.port': 'Port of the dashboard. 0 takes any free one.',
  'dashboard.hosts':
    'Addresses on which the dashboard listens; lan and if:NAME as in server.hosts. Any but 127.0.0.1 is reached encrypted alone, and needs somebody with a password.',
  'tls.mode':
    'HTTPS for other machines: auto (on beside HTTP once they can reach this server), off, both, or only (HTTP from this computer alone).',
  'people.totpRequiredFor':
    'Roles that sign in with an authenticator app too, such as owner and manager. Who has none sets one up first.',
  'people.sessionIdleDays': 'Days without use after which a session in a browser ends.',
  'people.sessionMaxDays': 'Days after which a session in a browser ends, used or not.',
  'metrics.keyNames': 'Say in /metrics whose key each request came with, by its name.',
  'desktop.trayClick': 'What a click on the tray icon does: toggle the server, open the menu, or open the window.',
  'desktop.openAtLogin': 'Start Keyhatch in the tray when you log in.',
  'desktop.notifications':
    'Say it when the server stops by itself, a key is refused many times, a budget is used up, something is opened by itself, or an update is ready.',
  'desktop.clearClipboard':
    'Take a copied key off the clipboard after 60 seconds: on, off, or auto, which is on where looking at the clipboard asks nobody.',
  'desktop.keepAwake': 'Keep this computer from suspending Keyhatch while requests run.',
  'desktop.updates': 'Look for updates, where the program was installed from a place that offers them.',
  'window.welcomed': 'The first steps have been taken or skipped.',
  'usage.retentionDays': 'Days for which single requests are kept.',
  'capture.maxBytes': 'Largest sum of captured prompts and answers, in bytes; the oldest go first.',
  'capture.retentionDays': 'Days for which captured prompts and answers are kept.',
  'usage.hourlyDays': 'Days for which usage is kept by the hour; by the day it is kept for ever.',
  'usage.prices':
    'What a million tokens would cost elsewhere, by model; the first pattern that fits counts. Begins with examples. As JSON: [{"pattern":"qwen*","currency":"USD","input":0.4,"output":1.6}]',
  'usage.timeZone': 'Time zone in which budgets begin anew, such as Europe/Berlin; null: that of this computer.',
};
