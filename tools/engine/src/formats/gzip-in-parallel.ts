import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

/** Pieces are packed each on its own, so they need not wait for each other; larger ones would pack hardly better. */
const pieceBytes = 1 << 20;

/** At 4, a root tree packs in half the time of 6, at 2 % more bytes. */
const level = 4;

const deflate = promisify(deflateRaw);

/**
 * Compresses a stream on all cores into one gzip member (RFC 1952) without name and time, as pigz does it: pieces end with a full flush, an
 * empty last block (RFC 1951) ends the data. Depends on the bytes alone, not on cores nor on how the source is cut.
 */
export async function* gzipInParallel(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const ahead = availableParallelism() + 2;
  const pending: Promise<Buffer>[] = [];
  let [sum, sizeBytes] = [0, 0];
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  for await (const piece of piecesOf(source)) {
    sum = crc32(piece, sum);
    sizeBytes += piece.length;
    const packed = deflate(piece, { level, finishFlush: constants.Z_FULL_FLUSH });
    // It is waited for later; until then a failure must not count as one that nobody takes.
    packed.catch(() => {});
    pending.push(packed);
    const [first] = pending;
    if (pending.length < ahead || first === undefined) continue;
    pending.shift();
    yield await first;
  }
  for (const packed of pending) yield await packed;
  const end = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  end.writeUInt32LE(sum, 2);
  end.writeUInt32LE(sizeBytes % 2 ** 32, 6);
  yield end;
}

async function* piecesOf(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of source) {
    parts.push(chunk);
    held += chunk.length;
    if (held < pieceBytes) continue;
    let whole = Buffer.concat(parts);
    for (; whole.length >= pieceBytes; whole = whole.subarray(pieceBytes))
      yield whole.subarray(0, pieceBytes);
    [parts, held] = [[whole], whole.length];
  }
  if (held > 0) yield Buffer.concat(parts);
}
