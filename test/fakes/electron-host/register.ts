// Lets a built main bundle find the stand-in where it asks for `electron`: node --import …/register.ts dist/main/main.js.
// See electron-host.ts for what the stand-in is and does not prove.

import { registerHooks } from 'node:module';
import { hostConfig } from './host-config.ts';

const standIn = new URL('./electron-host.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

Object.defineProperty(process, 'platform', { value: hostConfig().platform });
