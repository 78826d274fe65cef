// `npm run docs:api`: writes docs/api.md anew, after a call, a route or a text of the admin API was changed.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiDocument } from '../../electron/api/openapi-document.ts';
import { apiText } from './api-text.ts';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
writeFileSync(join(root, 'docs/api.md'), apiText(await createApiDocument({ version })()));
