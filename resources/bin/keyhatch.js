#!/usr/bin/env node
// The program `keyhatch` as npm links it. Committed and not built, because npm makes its link once, from a clone that may
// have no build yet, and because a build writes its files anew without the right to be run. Only loads what was built.
// JavaScript, because Node does not strip types inside node_modules.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = dirname(dirname(import.meta.dirname));
const program = join(root, 'dist', 'cli', 'keyhatch.js');

if (existsSync(program)) {
  await import(pathToFileURL(program).href);
} else {
  process.stderr.write(`Keyhatch is not built yet: run npm start or npm run build in ${root} first.\n`);
  process.exitCode = 1;
}
