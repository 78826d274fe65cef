// How a rule of the exposure check says what it found: the two usual shapes, and places in a row. Pure.

import type { Exposure } from '../../shared/network-model.ts';

export function fine(check: string, says: string): Exposure {
  return { id: `${check}: ${says}`, check, result: 'good', says, cure: null, byItself: false };
}

export function warning(check: string, says: string, cure: string | null, id: string): Exposure {
  return { id, check, result: 'warning', says, cure, byItself: false };
}

export function listed(places: readonly string[]): string {
  const [last = '', ...others] = [...places].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
}
