// Every command, in the order in which the help tells them. A table of contents: what a command does is in commands/.

import { serveFlags } from '../serve/serve-arguments.ts';
import { type Command, globalFlags } from './command.ts';
import { auditCommands } from './commands/audit-commands.ts';
import { captureCommands } from './commands/capture-commands.ts';
import { dashboardLinkCommand } from './commands/dashboard-command.ts';
import { detectCommand } from './commands/detect-command.ts';
import { doctorCommand } from './commands/doctor-command.ts';
import { historyCommand } from './commands/history-command.ts';
import { keysCommands } from './commands/keys-commands.ts';
import { limitsCommands } from './commands/limits-commands.ts';
import { lockoutCommands } from './commands/lockout-commands.ts';
import { networkCommand } from './commands/network-command.ts';
import { peopleCommands } from './commands/people-commands.ts';
import { policyTestCommand } from './commands/policy-command.ts';
import { projectsCommands } from './commands/projects-commands.ts';
import { requestsCommand } from './commands/requests-command.ts';
import { settingsCommands } from './commands/settings-commands.ts';
import { statusCommand } from './commands/status-command.ts';
import { tlsCommands } from './commands/tls-commands.ts';
import { backupCommands, keyTransferCommands } from './commands/transfer-commands.ts';
import { upstreamsCommands } from './commands/upstreams-commands.ts';
import { usageCommand } from './commands/usage-command.ts';
import { waysCommands } from './commands/ways-commands.ts';
import type { FlagTable } from './flags.ts';

/** A command as the help and the search for one know it. */
export type CommandFacts = Pick<Command, 'name' | 'words' | 'about' | 'flags'>;

export const commands: readonly Command[] = [
  ...keysCommands,
  ...limitsCommands,
  ...keyTransferCommands,
  ...projectsCommands,
  ...peopleCommands,
  policyTestCommand,
  ...upstreamsCommands,
  ...settingsCommands,
  usageCommand,
  requestsCommand,
  ...captureCommands,
  historyCommand,
  ...auditCommands,
  ...backupCommands,
  statusCommand,
  networkCommand,
  ...lockoutCommands,
  ...tlsCommands,
  ...waysCommands,
  dashboardLinkCommand,
  detectCommand,
  doctorCommand,
];

/** The one command that is no client of an instance: it becomes one. */
export const serveFacts: CommandFacts = {
  name: 'serve',
  words: [],
  about: 'Run the gateway here, without a window.',
  flags: serveFlags,
};

/** Every flag that a command takes, the common ones included. */
export function allFlags(command: CommandFacts): FlagTable {
  return command.name === serveFacts.name ? command.flags : { ...command.flags, ...globalFlags };
}
