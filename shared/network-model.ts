// The networks of this computer as people see them: each interface with its addresses, what kind it is, and where the
// gateway can be reached through it. Also what reach an address has. Shapes and pure functions; looks at no machine.

import * as z from 'zod';
import { addressBytes, isInBlock, type NetworkBlock, readNetwork } from './networks.ts';

export const interfaceKind = z.enum(['wifi', 'ethernet', 'vpn', 'container', 'loopback', 'other']);
export type InterfaceKind = z.infer<typeof interfaceKind>;

/** From where an address is reached: this computer, the same cable, a private network, or anywhere. */
export const addressScope = z.enum(['loopback', 'link', 'private', 'public']);
export type AddressScope = z.infer<typeof addressScope>;

export const interfaceAddress = z.object({
  address: z.string(),
  scope: addressScope,
  /** Base addresses without `/v1`; empty while the gateway does not listen there. */
  urls: z.array(z.string()),
});
export type InterfaceAddress = z.infer<typeof interfaceAddress>;

export const networkInterface = z.object({
  /** As the system calls it: `en0`, `Wi-Fi`. */
  name: z.string(),
  kind: interfaceKind,
  /** False for one that the settings name and that is away. */
  present: z.boolean(),
  /** The settings name it: by `if:NAME`, by `lan`, or by 0.0.0.0 and ::. */
  wanted: z.boolean(),
  /** The gateway listens at one of its addresses at least. */
  bound: z.boolean(),
  addresses: z.array(interfaceAddress),
});
export type NetworkInterface = z.infer<typeof networkInterface>;

/** Something about who can reach what, with an id that stays the same as long as the reason does. */
export const exposure = z.object({
  id: z.string(),
  check: z.string(),
  result: z.enum(['good', 'warning', 'bad']),
  says: z.string(),
  cure: z.string().nullable(),
  /** It can come about without anybody changing a setting here, so that its owner should be told. */
  byItself: z.boolean(),
});
export type Exposure = z.infer<typeof exposure>;

/** Before the name of an interface, in the list of hosts. */
export const interfacePrefix = 'if:';
// Windows names interfaces as people speak: "Ethernet 2", "vEthernet (WSL)".
export const interfaceHost = z
  .string()
  .regex(/^if:[^\p{Cc}\s,](?:[^\p{Cc},]{0,98}[^\p{Cc}\s,])?$/u, 'is not if: and the name of an interface');
/** In the list of hosts: every interface's addresses in private networks. */
export const lanWord = 'lan';

/** The name in `if:en0`; undefined for every other host. */
export function interfaceNameOf(host: string): string | undefined {
  return host.startsWith(interfacePrefix) ? host.slice(interfacePrefix.length) : undefined;
}

const blocks = {
  loopback: ['127.0.0.0/8', '::1/128'],
  link: ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
} as const;

/** What cannot be read as an address, or lies in no range that is known to be private, counts as public. */
export function scopeOf(address: string): AddressScope {
  const bytes = addressBytes(address.replace(/%.*$/, ''));
  if (!bytes) return 'public';
  const isIn = (scope: keyof typeof blocks) => blocks[scope].some((text) => isInBlock(bytes, blockOf(text)));
  return isIn('loopback') ? 'loopback' : isIn('link') ? 'link' : isIn('private') ? 'private' : 'public';
}

function blockOf(text: string): NetworkBlock {
  const read = readNetwork(text);
  if (!read.ok || typeof read.network === 'string') throw new Error(`${text} is not a block`);
  return read.network;
}
