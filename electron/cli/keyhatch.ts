#!/usr/bin/env node
// The program `keyhatch`: runs the command line on the words that follow its name. Nothing else.

import { runCommandProcess } from './command-process.ts';

process.exitCode = await runCommandProcess(process.argv.slice(2), (exitCode) => process.exit(exitCode));
