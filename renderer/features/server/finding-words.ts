// What the doctor's findings are to a reader of the page: something to close, or something to look at, and where on these
// pages it is put right. Pure.

import type { Finding } from '../../../shared/model.ts';
import type { Abilities } from '../../api/abilities.ts';

/** What lets somebody in, or lets somebody read along. All else is merely in the way of those who should get in. */
const openings: ReadonlySet<string> = new Set([
  'public address',
  'access',
  'ways in',
  'web pages',
  'encryption',
  'tunnel',
  'exposure',
]);

export function countFindings(findings: readonly Finding[]): { readonly toClose: number; readonly toLookAt: number } {
  const open = findings.filter(({ result }) => result !== 'good');
  const toClose = open.filter(({ check }) => openings.has(check)).length;
  return { toClose, toLookAt: open.length - toClose };
}

export type CurePlace = 'newKey' | 'models' | 'settings';

/** Undefined where nothing is wrong, or no page has a button for it that the reader may press. */
export function curePlaceOf({ check, result }: Finding, may: Abilities): CurePlace | undefined {
  if (result === 'good') return undefined;
  if (check === 'keys') return may.makesKeys ? 'newKey' : undefined;
  if (check === 'upstream') return may.manages ? 'models' : undefined;
  const isSetting = ['public address', 'access', 'web pages', 'encryption', 'certificate'].includes(check);
  return isSetting && may.owns ? 'settings' : undefined;
}
