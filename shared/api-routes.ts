// Which calls of the contract programs can make over HTTP with an admin key, and how each is spelled there. The handler and
// the OpenAPI document both come of this table. What does not stand in it cannot be reached that way.

import type { ApiMethod, ApiPath, ApiRoute, ApiRouteMore, ApiTag } from './api-route.ts';

const byRef = { ref: 'laptop' };
const project = { ref: 'home' };
const lastDay = { sinceMs: 86_400_000 };

type Rows = Readonly<Record<string, readonly [ApiMethod, ApiPath, string, ApiRouteMore?]>>;

const person = { ref: 'ada' };

/** By tag, and by the name of the call. */
const rows: Readonly<Record<ApiTag, Rows>> = {
  keys: {
    'keys.list': ['GET', '/keys', 'List keys'],
    'keys.create': [
      'POST',
      '/keys',
      'Make a key',
      {
        example: { name: 'laptop', rpm: 60 },
        about: 'The secret stands in this answer and nowhere else.',
        makes: true,
      },
    ],
    'keys.import': [
      'POST',
      '/keys/import',
      'Import keys from another program',
      { example: { text: 'sk-a-value-that-clients-have-already', format: 'list', dryRun: true } },
    ],
    'keys.export': ['GET', '/keys/export', 'All facts of all keys, no secrets'],
    'keys.get': ['GET', '/keys/{ref}', 'One key', { example: byRef }],
    'keys.edit': [
      'PATCH',
      '/keys/{ref}',
      'Change a key',
      { example: { ref: 'laptop', rpm: 120 }, about: 'What is left out stays as it is.' },
    ],
    'keys.delete': ['DELETE', '/keys/{ref}', 'Delete a key', { example: byRef }],
    'keys.pause': ['POST', '/keys/{ref}/pause', 'Pause a key', { example: byRef }],
    'keys.resume': ['POST', '/keys/{ref}/resume', 'Resume a key', { example: byRef }],
    'keys.revoke': [
      'POST',
      '/keys/{ref}/revoke',
      'Revoke a key for good',
      { example: byRef, about: 'What runs with it ends within a second.' },
    ],
    'keys.rotate': [
      'POST',
      '/keys/{ref}/rotate',
      'Give a key a new secret',
      {
        example: { ref: 'laptop', graceMs: 3_600_000 },
        about: 'The secret before works on for `graceMs`, a day unless told.',
      },
    ],
    'keys.endOldSecret': [
      'POST',
      '/keys/{ref}/end-old-secret',
      'End the secret before the last rotation',
      { example: byRef },
    ],
    'keys.resetCounters': ['POST', '/keys/{ref}/reset-counters', 'Count the totals of a key anew', { example: byRef }],
    'keys.acceptWeak': [
      'POST',
      '/keys/{ref}/accept-weak',
      'Let a weak key be used from other machines too',
      { example: byRef },
    ],
    'keys.topUp': [
      'POST',
      '/keys/{ref}/top-up',
      'Top up a budget of a key',
      { example: { ref: 'laptop', add: { period: 'day', tokens: 50_000, endsAt: 1_830_000_000_000 } } },
    ],
    'limits.get': ['GET', '/keys/{ref}/limits', 'Every limit of a key and what is left of it', { example: byRef }],
    'policy.test': [
      'POST',
      '/policy/test',
      'What would become of a request',
      { example: { key: 'laptop', model: 'qwen3-8b' }, about: 'Sends nothing and counts nothing.' },
    ],
  },
  projects: {
    'projects.list': ['GET', '/projects', 'List projects'],
    'projects.create': ['POST', '/projects', 'Make a project', { example: { name: 'home' }, makes: true }],
    'projects.get': ['GET', '/projects/{ref}', 'One project', { example: project }],
    'projects.edit': [
      'PATCH',
      '/projects/{ref}',
      'Change a project',
      { example: { ref: 'home', name: 'household' }, about: 'What is left out stays as it is.' },
    ],
    'projects.delete': ['DELETE', '/projects/{ref}', 'Delete a project that has no keys', { example: project }],
    'projects.archive': [
      'POST',
      '/projects/{ref}/archive',
      'Archive a project',
      { example: project, about: 'Refuses all its keys and ends what they are running; nothing is lost.' },
    ],
    'projects.unarchive': ['POST', '/projects/{ref}/unarchive', 'Take a project back into use', { example: project }],
    'projects.topUp': [
      'POST',
      '/projects/{ref}/top-up',
      'Top up a budget of a project',
      { example: { ref: 'home', add: { period: 'day', tokens: 50_000, endsAt: 1_830_000_000_000 } } },
    ],
  },
  people: {
    'people.list': ['GET', '/people', 'List people'],
    'people.get': ['GET', '/people/{ref}', 'One person', { example: person }],
    'people.edit': [
      'PATCH',
      '/people/{ref}',
      'Change the name, the limits or the standing of a person',
      {
        example: { ref: 'ada', status: 'paused' },
        about: 'What is left out stays as it is. Roles are changed by the owner in person.',
      },
    ],
    'people.remove': ['DELETE', '/people/{ref}', 'Remove a person', { example: person }],
    'people.resetPassword': [
      'POST',
      '/people/{ref}/reset-password',
      'Give a person a link to choose a new password',
      { example: person },
    ],
    'people.invites': ['GET', '/invites', 'Invitations that still wait for somebody'],
    'people.invite': [
      'POST',
      '/invites',
      'Invite a person',
      { example: { role: 'member' }, about: 'The link stands in this answer and nowhere else.', makes: true },
    ],
    'people.cancelInvite': ['DELETE', '/invites/{id}', 'Take an invitation back', { example: { id: 'aB3dE5fG' } }],
  },
  usage: {
    'usage.report': ['GET', '/usage', 'Sums by key, person, project, model, …', { example: { ...lastDay, by: 'key' } }],
    'usage.series': ['GET', '/usage/series', 'Sums over time', { example: { ...lastDay, by: 'model' } }],
    'usage.details': [
      'GET',
      '/usage/details',
      'When in the week, and which models each key uses most',
      { example: lastDay },
    ],
    'usage.lifetime': [
      'GET',
      '/usage/lifetime',
      'Totals since ever, and since counters were reset',
      { example: { by: 'key' } },
    ],
    'usage.unmetered': [
      'GET',
      '/usage/unmetered',
      'Answers whose token numbers are not their model server’s own',
      { example: lastDay },
    ],
  },
  requests: {
    'requests.list': [
      'GET',
      '/requests',
      'List requests, newest first',
      { example: { outcome: 'trouble', limit: 20 } },
    ],
    'requests.running': ['GET', '/requests/running', 'Requests that have not ended yet'],
    'requests.get': ['GET', '/requests/{id}', 'One request', { example: { id: 'req_0123456789abcdef' } }],
    'capture.list': ['GET', '/capture', 'What is being captured'],
    'capture.start': [
      'POST',
      '/capture/{ref}',
      'Capture what a key says',
      { example: { ref: 'laptop', forMs: 3_600_000 } },
    ],
    'capture.stop': ['DELETE', '/capture/{ref}', 'Stop capturing a key', { example: byRef }],
  },
  settings: {
    'settings.list': ['GET', '/settings', 'List settings'],
    'settings.get': ['GET', '/settings/{name}', 'One setting', { example: { name: 'usage.retentionDays' } }],
    'settings.set': [
      'PUT',
      '/settings/{name}',
      'Change a setting',
      {
        example: { name: 'usage.retentionDays', value: 90 },
        about: 'Those that decide who can reach this computer take the owner’s own session.',
      },
    ],
  },
  upstreams: {
    'upstreams.list': ['GET', '/upstreams', 'List model servers'],
    'upstreams.add': [
      'POST',
      '/upstreams',
      'Add a model server',
      { example: { url: 'http://127.0.0.1:1234', name: 'LM Studio' }, makes: true },
    ],
    'upstreams.edit': [
      'PATCH',
      '/upstreams/{ref}',
      'Change the name and the places of a model server',
      { example: { ref: 'LM Studio', parallel: 4 } },
    ],
    'upstreams.remove': ['DELETE', '/upstreams/{ref}', 'Remove a model server', { example: { ref: 'LM Studio' } }],
    'upstreams.test': [
      'POST',
      '/upstreams/{ref}/test',
      'Ask a model server whether it is there',
      { example: { ref: 'LM Studio' } },
    ],
    'detect.run': ['POST', '/upstreams/detect', 'Look for model servers on this computer'],
  },
  server: {
    'status.get': ['GET', '/status', 'How it is'],
    'server.start': ['POST', '/server/start', 'Start the gateway'],
    'server.stop': ['POST', '/server/stop', 'Stop the gateway'],
    'server.setLan': [
      'PUT',
      '/server/lan',
      'Open the gateway to the local network, or close it',
      { example: { on: false } },
    ],
    'server.checkPort': ['GET', '/server/ports/{port}', 'Whether a port is free', { example: { port: 1235 } }],
    'network.interfaces': [
      'GET',
      '/server/interfaces',
      'The network interfaces of this computer, and what is reachable there',
    ],
    'ways.list': ['GET', '/ways', 'How clients come in that cannot send a key'],
    'tls.get': ['GET', '/tls', 'How connections are encrypted, and the certificate'],
    'profile.get': ['GET', '/profile', 'Where data lies and how much it is'],
    'doctor.run': ['GET', '/doctor', 'What is wrong, and what to do about it'],
    'lockout.list': ['GET', '/lockout', 'Addresses that are put off for wrong keys'],
    'lockout.unlock': [
      'DELETE',
      '/lockout/{address}',
      'Let an address try again',
      { example: { address: '192.0.2.7' } },
    ],
  },
  audit: {
    'audit.verify': ['GET', '/audit', 'Whether the record is whole'],
    'audit.beginAnew': ['POST', '/audit/begin-anew', 'Begin a new chain after a break'],
    'history.list': ['GET', '/audit/entries', 'Who did what, newest first', { example: { kind: 'key', limit: 20 } }],
  },
};

/** By the name of the call. */
export const apiRoutes: ReadonlyMap<string, ApiRoute> = new Map(
  Object.entries(rows).flatMap(([tag, calls]) =>
    Object.entries(calls).map(([name, [method, path, summary, more = {}]]) => [
      name,
      { method, path, tag: tag as ApiTag, summary, ...more },
    ]),
  ),
);
