// How clients come in that cannot send a key: an address rule, a second port, a path token. As schemas, and the rules that
// hold for each whoever asks. Each is off until the owner opens it, and none of them carries a secret but `openedPath`.

import * as z from 'zod';
import { modelPattern } from './model-patterns.ts';
import { itemName, timeMs } from './names.ts';
import { interfaceHost, lanWord } from './network-model.ts';
import { addressBytes, isInBlock, myNetworkBlocks, networkEntry, readNetwork } from './networks.ts';

/** No path token lives longer. */
export const longestPathTokenDays = 90;

/** The widest block that an address rule may name, by how many bytes its addresses have. */
const widestPrefix: Readonly<Record<number, number>> = { 4: 24, 16: 64 };

/** Why a block cannot stand in an address rule, or undefined when it can. */
export function unsuitableForRule(text: string): string | undefined {
  const read = readNetwork(text);
  if (!read.ok) return `"${text}" ${read.reason}`;
  if (typeof read.network === 'string')
    return `"${text}" is not a block of addresses such as 192.168.1.20 or 192.168.1.0/24`;
  const { bytes, prefix } = read.network;
  const widest = widestPrefix[bytes.length] ?? 0;
  if (prefix < widest) return `"${text}" is wider than /${widest}, and would let in more machines than anybody knows`;
  return isPrivate(bytes) ? undefined : `"${text}" is not an address of a private network`;
}

function isPrivate(bytes: readonly number[]): boolean {
  return myNetworkBlocks.some((block) => {
    const read = readNetwork(block);
    return read.ok && typeof read.network !== 'string' && isInBlock(bytes, read.network);
  });
}

const ruleBlock = z
  .string()
  .trim()
  .max(64)
  .superRefine((text, context) => {
    const message = unsuitableForRule(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** Where a path token may be used: named blocks and words, never anywhere at all. */
const pathNetworks = z
  .array(
    networkEntry.refine(
      (text) => !isEverywhere(text),
      'lets anybody use it from anywhere: name the networks it is for',
    ),
  )
  .min(1)
  .max(16);

function isEverywhere(text: string): boolean {
  const read = readNetwork(text);
  return read.ok && (read.network === 'anywhere' || (typeof read.network !== 'string' && read.network.prefix === 0));
}

/** Whether machines beside this computer may use it. */
export function isForOthers(networks: readonly string[]): boolean {
  return networks.some((one) => one !== 'this-computer');
}

const literalHost = z
  .string()
  .max(64)
  .refine(
    (text) => text === 'localhost' || text === lanWord || addressBytes(text.replace(/^\[|\]$/g, '')) !== undefined,
    'is not an address',
  );
// No names: what they lead to changes, and nobody would be asked again.
const listenHost = z.union([literalHost, interfaceHost], 'is not an address, lan, or if: and the name of an interface');

const keyRef = z.string().min(1).max(200);

export const newAddressRule = z.object({ key: keyRef, cidr: ruleBlock });
export type NewAddressRule = z.infer<typeof newAddressRule>;

/** Replaces the one before. Addresses beyond this computer need `confirm`. */
export const newSecondPort = z.object({
  key: keyRef,
  port: z.number().int().min(1).max(65535),
  hosts: z.array(listenHost).min(1).max(8).default(['127.0.0.1']),
  confirm: z.boolean().default(false),
});
export type NewSecondPort = z.infer<typeof newSecondPort>;

export const newPathToken = z.object({
  key: keyRef,
  name: itemName,
  networks: pathNetworks,
  /** Within those of its key; null: all of them. */
  models: z.array(modelPattern).min(1).max(200).nullable().default(null),
  days: z.number().int().min(1).max(longestPathTokenDays).default(30),
});
export type NewPathToken = z.infer<typeof newPathToken>;

const common = { id: z.string(), keyId: z.string(), createdAt: timeMs };

/** What is kept of each, as one value. */
export const keptWay = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.literal('address_rule'), cidr: z.string() }),
  z.object({ ...common, kind: z.literal('second_port'), port: z.number().int(), hosts: z.array(z.string()) }),
  z.object({
    ...common,
    kind: z.literal('path_token'),
    name: z.string(),
    networks: z.array(z.string()),
    models: z.array(z.string()).nullable(),
    expiresAt: timeMs,
  }),
]);
export type KeptWay = Readonly<z.infer<typeof keptWay>>;

/** With the name of its key. `problem` says why it lets nobody in at the moment; null when it does. */
const shown = { keyName: z.string(), problem: z.string().nullable() };
export const wayFacts = z.discriminatedUnion('kind', [
  keptWay.options[0].extend(shown),
  keptWay.options[1].extend({ ...shown, urls: z.array(z.string()) }),
  keptWay.options[2].extend(shown),
]);
export type WayFacts = Readonly<z.infer<typeof wayFacts>>;

/** The one answer that carries a path token: what stands before `/v1` in a base URL. */
export const openedPath = z.object({ way: keptWay.options[2].extend(shown), path: z.string() });
export type OpenedPath = Readonly<z.infer<typeof openedPath>>;
