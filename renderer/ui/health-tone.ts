// How the health of a model server is coloured, wherever it is shown.

import type { UpstreamHealth } from '../../shared/model.ts';
import type { Tone } from './tone.ts';

export const healthTones: Readonly<Record<UpstreamHealth, Tone>> = { up: 'good', down: 'bad', unknown: 'off' };
