// A body that is passed on as it comes and never held: the upload of a model file. Counts its bytes against their own
// bound and ends it when it stops arriving; how fast it goes is the model server's to say. Reads nothing out of it.

import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { KeyhatchError } from '../../shared/errors.ts';
import { sizeText } from './body-size.ts';
import type { Admitted } from './exchange.ts';

export type Upload = {
  /** What goes to the model server, once it has been started. */
  readonly stream: Transform;
  /** As announced, or undefined where it comes in chunks. */
  readonly announcedBytes: number | undefined;
  readonly sizeBytes: () => number;
  /** Begins to read from the client. @param fail told once when it cannot go on */
  readonly start: (fail: (error: KeyhatchError) => void) => void;
};

const uploading = Symbol('uploading');
type UploadingRequest = IncomingMessage & { [uploading]?: true };

/** Whether this request may take longer to arrive than others. */
export function isUploading(req: IncomingMessage): boolean {
  return (req as UploadingRequest)[uploading] === true && !req.complete;
}

/** @throws KeyhatchError `body_too_large`, `encoding_unsupported` by what the head announces */
export function openUpload(
  { req, res, expectsContinue }: Admitted,
  { limitBytes, stallMs }: { readonly limitBytes: number; readonly stallMs: number },
): Upload {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw new KeyhatchError('encoding_unsupported', { details: { encoding: encoding.slice(0, 40) } });
  }
  const tooLarge = () =>
    new KeyhatchError('body_too_large', { details: { limit: sizeText(limitBytes), setting: 'limits.uploadMaxBytes' } });
  const length = req.headers['content-length'];
  const announcedBytes = length === undefined ? undefined : Number(length);
  if (announcedBytes !== undefined && announcedBytes > limitBytes) throw tooLarge();
  let sizeBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer?.refresh();
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
  return {
    stream,
    announcedBytes,
    sizeBytes: () => sizeBytes,
    start(fail) {
      (req as UploadingRequest)[uploading] = true;
      timer = setInterval(() => {
        // While the model server takes nothing, the client cannot send.
        if (stream.readableLength === 0)
          fail(new KeyhatchError('body_timeout', { details: { seconds: Math.round(stallMs / 1000) } }));
      }, stallMs);
      const stop = () => clearInterval(timer);
      stream.once('error', (error) => {
        stop();
        fail(error instanceof KeyhatchError ? error : new KeyhatchError('client_gone'));
      });
      stream.once('finish', stop);
      res.once('close', stop);
      if (expectsContinue) res.writeContinue();
      req.pipe(stream);
    },
  };
}
