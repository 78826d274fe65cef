// What policy must know of a multipart form, as body-policy.ts finds it in JSON.

import { isAscii, isUtf8 } from 'node:buffer';
import { amountsOfForm } from './body-amounts.ts';
import {
  type BodyFacts,
  checkModelNames,
  cloudWords,
  invalid,
  isCloudModel,
  noFacts,
  oddSpelling,
  policyKeys,
} from './body-policy.ts';
import { type FormPart, partsOfForm } from './form-parts.ts';
import { foldKey } from './json-members.ts';
import type { Operation } from './route-table.ts';

/** These are files in a form, and there may be several. */
const pictures: ReadonlySet<string> = new Set(['image', 'images']);

/** @throws KeyhatchError `body_invalid` unless every server reads the form in the same way */
export function formFacts(bytes: Buffer, contentType: string): BodyFacts {
  const parts = partsOfForm(bytes, contentType);
  const texts = new Map<string, string>();
  const needs = new Map<Operation, string>();
  for (const part of parts) {
    const { name, isFile } = part;
    // It would say how the others are written, to those who know it.
    if (name.toLowerCase() === '_charset_') throw invalid('its form names a character set');
    if (/(?:^|_)url(?:\[\])?$/i.test(name)) needs.set('remote_media', 'having the server fetch a URL');
    const known = foldKey(name).replace(/\[.*/s, '');
    if (!policyKeys.has(known) || pictures.has(known)) continue;
    if (name !== known) throw invalid(oddSpelling(name));
    // Servers differ in which of two they take, and in whether a file counts as its text.
    if (isFile || texts.has(name)) throw invalid(`"${name}" must stand in its form once, as text`);
    texts.set(name, textOf(bytes, part));
  }
  const model = texts.get('model');
  checkModelNames([model]);
  if (model !== undefined && isCloudModel(model)) needs.set('cloud', cloudWords);
  // Servers in Python take all of these for yes.
  const streaming = /^(?:true|1|on|yes|t|y)$/i.test(texts.get('stream') ?? '');
  return { ...noFacts, model, streaming, amounts: amountsOfForm((name) => texts.get(name)), needs };
}

function textOf(bytes: Buffer, { name, asciiOnly, from, to }: FormPart): string {
  const content = bytes.subarray(from, to);
  if (asciiOnly ? !isAscii(content) : !isUtf8(content))
    throw invalid(`"${name}" cannot be read in its form; send it as UTF-8`);
  return content.toString('utf8');
}
