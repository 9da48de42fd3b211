import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { gzipInParallel } from './gzip-in-parallel.ts';

/** A program of its own, for pipelines: gzip, on all cores. */
const source = createReadStream('', { fd: 0, highWaterMark: 1 << 20 });
await pipeline(source, gzipInParallel, createWriteStream('', { fd: 1 }));
