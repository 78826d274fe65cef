// Puts another model where a multipart form names its own: the bytes of that one part, and nothing else.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Splice } from './body-edits.ts';
import { partsOfForm } from './form-parts.ts';

/**
 * Puts a model in the place of the one that the form asks for.
 * @throws KeyhatchError `body_invalid` where that cannot be done
 */
export function formModelSplice(
  bytes: Buffer,
  contentType: string,
  { asked, model }: { readonly asked: string; readonly model: string },
): Splice {
  const place = partsOfForm(bytes, contentType).find(({ name }) => name === 'model');
  // A name that could end its own part is not put into one.
  if (place === undefined || model.startsWith('--') || /\p{Cc}/u.test(model)) {
    const reason = `its form names the alias "${asked}" in a way that cannot be rewritten; name the model itself, "${model}"`;
    throw new KeyhatchError('body_invalid', { details: { reason } });
  }
  return { from: place.from, to: place.to, text: Buffer.from(model) };
}
