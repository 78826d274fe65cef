// `keyhatch detect`: which model servers run on this computer, and how to put one behind the gateway.

import type { DetectedServer } from '../../../shared/model.ts';
import { upstreamKindRow } from '../../../shared/upstream-kinds.ts';
import { defineCommand } from '../command.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

export const detectCommand = defineCommand({
  name: 'detect',
  words: [],
  about: 'Look for model servers on this computer.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const servers = await client.detect.run();
      out.answer(servers, () => detectedText(servers, out));
    },
});

function detectedText(servers: readonly DetectedServer[], { paint }: Output): string {
  if (servers.length === 0) {
    return 'No model server was found on this computer. Start one, or add one by its address: keyhatch upstreams add URL';
  }
  const table = textTable<DetectedServer>(
    [
      { title: 'ADDRESS', cell: (server) => server.url },
      { title: 'KIND', cell: (server) => upstreamKindRow(server.kind).name },
      { title: 'MODELS', cell: (server) => String(server.models.length), align: 'right' },
      { title: 'CREDENTIAL', cell: (server) => (server.needsCredential ? 'needed' : 'not needed') },
      {
        title: 'BEHIND THE GATEWAY',
        cell: (server) => (server.added ? 'yes' : 'no'),
        paint: (text, server) => (server.added ? paint('green', text) : text),
      },
    ],
    servers,
    (text) => paint('dim', text),
  );
  const toAdd = servers.filter((server) => !server.added).map(addLine);
  return toAdd.length === 0 ? table : `${table}\n\nTo put it behind the gateway:\n${toAdd.join('\n')}`;
}

function addLine(server: DetectedServer): string {
  return `  keyhatch upstreams add ${visible(server.url)}${server.needsCredential ? ' --credential-stdin' : ''}`;
}
