// `keyhatch network`: the network interfaces of this computer, and where Keyhatch is reached through each of them.

import type { InterfaceAddress, InterfaceKind, NetworkInterface } from '../../../shared/network-model.ts';
import { defineCommand } from '../command.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

export const networkCommand = defineCommand({
  name: 'network',
  words: [],
  about: 'Show network interfaces, and where Keyhatch is reached.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const interfaces = await client.network.interfaces();
      out.answer(interfaces, () => networkText(interfaces, out));
    },
});

const kinds: Readonly<Record<InterfaceKind, string>> = {
  wifi: 'Wi-Fi',
  ethernet: 'Ethernet',
  vpn: 'VPN',
  container: 'container',
  loopback: 'this computer',
  other: 'network',
};

type Line = { readonly of: NetworkInterface; readonly first: boolean; readonly at: InterfaceAddress | undefined };

function networkText(interfaces: readonly NetworkInterface[], { paint }: Output): string {
  const lines = interfaces.flatMap((one): Line[] =>
    one.addresses.length === 0
      ? [{ of: one, first: true, at: undefined }]
      : one.addresses.map((at, index) => ({ of: one, first: index === 0, at })),
  );
  const table = textTable<Line>(
    [
      { title: 'INTERFACE', cell: ({ of, first }) => (first ? visible(of.name) : '') },
      { title: 'KIND', cell: ({ of, first }) => (first ? kinds[of.kind] : '') },
      { title: 'ADDRESS', cell: ({ at }) => at?.address ?? '–' },
      {
        title: 'REACH',
        cell: ({ at }) => (at ? reachText(at) : 'away'),
        paint: (text, { at }) => (at?.scope === 'public' && at.urls.length > 0 ? paint('red', text) : text),
      },
      {
        title: 'KEYHATCH',
        cell: ({ at }) => at?.urls.join('  ') || 'does not listen',
        paint: (text, { at }) => paint(at && at.urls.length > 0 ? 'green' : 'dim', text),
      },
    ],
    lines,
    (text) => paint('dim', text),
  );
  return `${table}\nListen on all private networks: keyhatch settings set server.hosts 127.0.0.1,lan\nListen on one interface: keyhatch settings set server.hosts 127.0.0.1,if:NAME`;
}

function reachText({ scope }: InterfaceAddress): string {
  return { loopback: 'this computer', link: 'this cable', private: 'private network', public: 'the internet' }[scope];
}
