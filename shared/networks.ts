// Networks from which a key, or anybody, may come: words and CIDR blocks, read strictly. Knows how addresses are written
// and which ranges the words stand for; whether a request is let in is decided by the gateway.

import * as z from 'zod';
import { type NetworkWord, networkWords } from './network-words.ts';

/** Private ranges, link-local and unique local addresses: what a home or an office uses inside. */
export const myNetworkBlocks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
] as const;

/** The first `prefix` bits of `bytes`, of which there are 4 or 16. */
export type NetworkBlock = { readonly bytes: readonly number[]; readonly prefix: number };

export type ReadNetwork =
  | { readonly ok: true; readonly network: NetworkWord | NetworkBlock }
  | { readonly ok: false; readonly reason: string };

/** Reads a word, an address (a block of one) or a block such as `192.168.1.0/24`. */
export function readNetwork(text: string): ReadNetwork {
  if (Object.hasOwn(networkWords, text)) return { ok: true, network: text as NetworkWord };
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const bytes = addressBytes(address);
  if (!bytes) return refuse('is not an address, a block such as 192.168.1.0/24, or a word such as my-network');
  if (bytes.length === 4 && address.includes(':')) return refuse('is an IPv4 address in IPv6 form: write it as IPv4');
  const bits = bytes.length * 8;
  const prefix = slash === -1 ? bits : prefixOf(text.slice(slash + 1), bits);
  if (prefix === undefined) return refuse(`needs a whole number from 0 to ${bits} after its slash`);
  // Whoever writes 10.0.0.5/8 meant one of two things, and one of them opens sixteen million addresses.
  if (bytes.some((byte, i) => (byte & ~maskOf(prefix, i)) !== 0)) {
    return refuse(`has bits beyond its /${prefix}: name the first address of the block, or leave the slash out`);
  }
  return { ok: true, network: { bytes, prefix } };
}

/**
 * The bytes of an address: 4, or 16 for IPv6; IPv4 in IPv6 form counts as IPv4. Undefined for anything else, such as
 * leading zeros, zones and short forms of IPv4.
 */
export function addressBytes(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return ipv4Bytes(text);
  const bytes = ipv6Bytes(text.toLowerCase());
  const isMapped = bytes?.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  return isMapped ? bytes?.slice(12) : bytes;
}

/** Whether an address lies in a block; different families never fit. */
export function isInBlock(address: readonly number[], { bytes, prefix }: NetworkBlock): boolean {
  if (address.length !== bytes.length) return false;
  return bytes.every((byte, i) => (((address[i] ?? 0) ^ byte) & maskOf(prefix, i)) === 0);
}

/** One entry of a list of networks. */
export const networkEntry = z
  .string()
  .max(64)
  .superRefine((text, context) => {
    const read = readNetwork(text);
    if (!read.ok) context.addIssue({ code: 'custom', message: `"${text}" ${read.reason}` });
  });
export const networkList = z.array(networkEntry).min(1).max(64);

/** The bits of one byte that a prefix covers. */
function maskOf(prefix: number, index: number): number {
  const covered = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff << (8 - covered)) & 0xff;
}

function prefixOf(text: string, most: number): number | undefined {
  const prefix = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN;
  return prefix <= most ? prefix : undefined;
}

function ipv4Bytes(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  const fits = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return fits ? parts.map(Number) : undefined;
}

function ipv6Bytes(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (text.length > 45 || halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => groupBytes(half, i === halves.length - 1));
  if (!head) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  // Two colons stand for at least one group.
  const missing = 16 - head.length - (tail?.length ?? 0);
  return tail && missing >= 2 ? [...head, ...Array<number>(missing).fill(0), ...tail] : undefined;
}

/** @param mayEndInIpv4 whether the last group may be an IPv4 address */
function groupBytes(text: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const inner = mayEndInIpv4 && i === groups.length - 1 ? ipv4Bytes(group) : undefined;
    if (inner) bytes.push(...inner);
    else if (/^[0-9a-f]{1,4}$/.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
}

function refuse(reason: string): ReadNetwork {
  return { ok: false, reason };
}
