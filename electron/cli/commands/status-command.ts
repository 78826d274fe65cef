// `keyhatch status`: whether the server runs, at which address, who may come in, and what stands behind it.

import { addressesByPlace } from '../../../shared/gateway-addresses.ts';
import type { Reminder, Status } from '../../../shared/model.ts';
import { defineCommand } from '../command.ts';
import { type Output, visible } from '../output.ts';
import { textPairs } from '../text-table.ts';
import { capturingLines } from './capture-commands.ts';
import { healthText, paintHealth } from './upstreams-commands.ts';

export const statusCommand = defineCommand({
  name: 'status',
  words: [],
  about: 'Whether the server runs, where, and what stands behind it.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const status = await client.status.get();
      out.answer(status, () => statusText(status, out));
    },
});

function statusText(status: Status, out: Output): string {
  const { paint } = out;
  const pairs: (readonly [string, string])[] = [];
  const { here, others } = addressesByPlace(status.server);
  if (here.length > 0) pairs.push(['Address', visible(here.join('  '))]);
  if (others.length > 0) pairs.push(['For others', visible(others.join('  '))]);
  const dashboard = [...new Set([status.dashboard.url, status.dashboard.secureUrl])].filter((url) => url !== null);
  if (dashboard.length > 0) pairs.push(['Dashboard', visible(dashboard.join('  '))]);
  pairs.push(['Access', visible(status.access.sentence)]);
  pairs.push(['Keys', `${status.keys.active} active of ${status.keys.total}`]);
  pairs.push(['Vault', vaultText(status, out)]);
  for (const [i, upstream] of status.upstreams.entries()) {
    const health = paintHealth(paint, upstream, healthText(upstream));
    pairs.push([i === 0 ? 'Upstreams' : '', `${visible(`${upstream.name}  ${upstream.url}`)}  ${health}`]);
  }
  if (status.upstreams.length === 0) pairs.push(['Upstreams', 'none. Look for one: keyhatch detect']);
  pairs.push(['Today', requestsText(status)]);
  pairs.push(['Profile', visible(status.dataDir)]);
  const warnings = status.warnings.map((warning) => paint('yellow', `! ${visible(warning)}`));
  const reminders = status.reminders.map((one) => paint('yellow', `! ${visible(reminderText(one, out))}`));
  const capturing = capturingLines(status.capture, out);
  return [headline(status, out), ...capturing, textPairs(pairs), ...warnings, ...reminders].join('\n');
}

function reminderText({ kind, keyName, dueAt }: Reminder, { when }: Output): string {
  if (kind === 'rotation_due')
    return `The key "${keyName}" should have a new secret: keyhatch keys rotate "${keyName}"`;
  return `The key "${keyName}" ends ${when(dueAt, '')}. Extend it: keyhatch keys edit "${keyName}" --expires 30d`;
}

function headline({ version, shell, pid, server }: Status, { paint, when }: Output): string {
  const name = `Keyhatch ${visible(version)}`;
  if (shell === 'at-rest') return `${name}: the server is ${paint('yellow', 'stopped')}. Start it with: keyhatch serve`;
  const who = `${shell === 'desktop' ? 'desktop app' : 'serve'}, process ${pid}`;
  if (server.state === 'running') {
    const since = server.startedAt === null ? '' : `, started ${when(server.startedAt, '')}`;
    return `${name}: the server is ${paint('green', 'running')} (${who}${since})`;
  }
  const reason = server.reason === null ? '' : `: ${visible(server.reason)}`;
  return `${name}: the server is ${paint(server.state === 'failed' ? 'red' : 'yellow', server.state)} (${who})${reason}`;
}

function vaultText({ vault }: Status, { paint }: Output): string {
  if (vault.state === 'open') return vault.kind;
  return paint('red', `${vault.kind}, locked${vault.reason === null ? '' : `: ${visible(vault.reason)}`}`);
}

function requestsText({ requestsToday, server }: Status): string {
  const running = server.running === 0 ? '' : `, ${server.running} running now`;
  return `${requestsToday.toLocaleString('en-US')} request${requestsToday === 1 ? '' : 's'}${running}`;
}
