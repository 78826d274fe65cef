// Stage 6: reads the body, now that the caller is admitted: whole, decoded, never past its limit nor past what all bodies
// together may hold. The original bytes go on; what policy must know is read from them once.

import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { hasBody } from '../lib/has-body.ts';
import type { BodyBudget, BodyMemory } from './body-memory.ts';
import { invalid, jsonFacts, noFacts } from './body-policy.ts';
import { sizeText } from './body-size.ts';
import { type Admitted, type Bodied, endedError } from './exchange.ts';
import { formFacts } from './form-facts.ts';
import { openUpload } from './upload.ts';

export type BodyPorts = { readonly settings: () => Settings; readonly budget: BodyBudget };

export async function readBody(admitted: Admitted, ports: BodyPorts): Promise<Bodied> {
  const { req, route } = admitted;
  if (route.body === 'raw') return passOn(admitted, ports.settings());
  const memory = ports.budget.open();
  const contentType = req.headers['content-type'];
  try {
    const wanted = route.body !== 'none' && hasBody(req);
    const bytes = wanted ? await collect(admitted, memory, ports.settings()) : nothing;
    return { ...admitted, body: { ...holdBytes(bytes, memory), facts: factsOf(admitted, bytes, contentType) } };
  } catch (error) {
    memory.give();
    throw error;
  }
}

const nothing = Buffer.alloc(0);

// Not read here: forward passes it on as it comes.
function passOn(admitted: Admitted, settings: Settings): Bodied {
  const upload = openUpload(admitted, {
    limitBytes: settings['limits.uploadMaxBytes'],
    stallMs: settings['network.bodyStallMs'],
  });
  const body: Bodied['body'] = {
    get sizeBytes() {
      return upload.sizeBytes();
    },
    facts: noFacts,
    bytes: () => nothing,
    letGo: () => {},
    upload,
  };
  return { ...admitted, body };
}

function holdBytes(bytes: Buffer, memory: BodyMemory): Omit<Bodied['body'], 'facts'> {
  let held = bytes;
  return {
    sizeBytes: bytes.length,
    upload: undefined,
    bytes: () => held,
    letGo() {
      held = nothing;
      memory.give();
    },
  };
}

function factsOf(admitted: Admitted, bytes: Buffer, contentType = '') {
  const { route } = admitted;
  if (route.body === 'none') return noFacts;
  const multipart = contentType.toLowerCase().startsWith('multipart/form-data');
  if (multipart && (route.body === 'multipart' || route.body === 'json-or-multipart'))
    return formFacts(bytes, contentType);
  if (multipart || route.body === 'multipart') {
    throw invalid(route.body === 'multipart' ? 'this path takes multipart/form-data' : 'this path takes JSON');
  }
  if (bytes.length === 0 && route.names !== 'model-in-body') return noFacts;
  return jsonFacts(bytes, route);
}

async function collect(admitted: Admitted, memory: BodyMemory, settings: Settings): Promise<Buffer> {
  const { 'limits.bodyMaxBytes': limitBytes, 'network.bodyStallMs': stallMs } = settings;
  const { req, res } = admitted;
  const tooLarge = () =>
    new KeyhatchError('body_too_large', { details: { limit: sizeText(limitBytes), setting: 'limits.bodyMaxBytes' } });
  const announcedBytes = Number(req.headers['content-length'] ?? 0);
  if (announcedBytes > limitBytes) throw tooLarge();
  const decoder = decoderFor(req.headers['content-encoding']);
  if (announcedBytes > 0 && !decoder && !admitted.expectsContinue) {
    const whole = await takeAtOnce(req, announcedBytes, memory);
    if (whole) return whole;
    // Nobody has listened until now.
    if (req.destroyed) throw new KeyhatchError('client_gone');
    if (admitted.ending.reason()) throw endedError(admitted);
  }
  if (admitted.expectsContinue) res.writeContinue();
  const source: Readable = decoder ? req.pipe(decoder) : req;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;

  await new Promise<void>((resolve, reject) => {
    const giveUp = (error: KeyhatchError) => {
      stop();
      req.unpipe();
      decoder?.destroy();
      // Nothing reads on, but an unread rest would keep the connection's next request from being seen.
      req.resume();
      reject(error);
    };
    const timer = setTimeout(
      () => giveUp(new KeyhatchError('body_timeout', { details: { seconds: Math.ceil(stallMs / 1000) } })),
      stallMs,
    );
    const onData = (chunk: Buffer) => {
      timer.refresh();
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) return giveUp(tooLarge());
      try {
        memory.take(chunk.length);
      } catch (error) {
        return giveUp(error as KeyhatchError);
      }
      chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      resolve();
    };
    const onGone = () => giveUp(new KeyhatchError('client_gone'));
    const onBroken = () =>
      req.destroyed && !req.complete ? onGone() : giveUp(invalid('its compressed form is damaged'));
    const onEnded = () => giveUp(endedError(admitted));
    function stop(): void {
      clearTimeout(timer);
      source.off('data', onData).off('end', onEnd);
      req.off('close', onClose);
      admitted.ending.tell(undefined);
    }
    const onClose = () => {
      if (!req.complete) onGone();
    };
    source.on('data', onData).on('end', onEnd);
    // An error after the end is of no interest, but without a listener it would end the process.
    source.on('error', onBroken);
    req.on('close', onClose);
    admitted.ending.tell(onEnded);
  });
  const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  // The listeners that stay on the request would hold the pieces for as long as it runs.
  chunks.length = 0;
  return bytes;
}

// Most bodies come in one piece with their head, and lie there whole once the parser has handed that piece on. Those need
// no listeners and no timer, which cost several times what the bytes do.
async function takeAtOnce(req: IncomingMessage, sizeBytes: number, memory: BodyMemory): Promise<Buffer | undefined> {
  await undefined;
  if (req.readableLength !== sizeBytes) return undefined;
  memory.take(sizeBytes);
  const bytes: Buffer = req.read();
  // So that the request comes to its end, for which its connection's next one waits.
  req.resume();
  return bytes;
}

/** Memory that a zstd or brotli stream may ask for as its window: 8 MiB, as Ollama has it. */
const windowLog = 23;

function decoderFor(encoding: IncomingMessage['headers']['content-encoding']): Transform | undefined {
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: windowLog } });
    default:
      throw new KeyhatchError('encoding_unsupported', { details: { encoding: String(encoding).slice(0, 40) } });
  }
}
