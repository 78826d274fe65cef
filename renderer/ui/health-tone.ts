// How the health of a model server is coloured, wherever it is shown.

import type { UpstreamHealth } from '../../shared/model.ts';
import type { Tone } from './pill.tsx';

export const healthTones: Readonly<Record<UpstreamHealth, Tone>> = { up: 'good', down: 'bad', unknown: 'off' };
