// `keyhatch dashboard link`: a link that signs one browser in. The link is the answer, alone on stdout, so that it can be
// handed on; it is shown to whoever asked and kept nowhere.

import { defineCommand } from '../command.ts';

export const dashboardLinkCommand = defineCommand({
  name: 'dashboard link',
  words: [],
  about: 'A link that signs a browser in to the dashboard.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const link = await client.dashboard.link();
      out.answer(link, () => link.url);
      if (out.json) return;
      const where = link.secureUrl === null ? 'on this computer, ' : '';
      out.note(`It signs in one browser ${where}once, and expires ${out.when(link.expiresAt, '')}.`);
      if (link.secureUrl !== null) out.note(`From another machine: ${link.secureUrl}`);
    },
});
