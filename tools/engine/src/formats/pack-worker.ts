import { openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { InternalError } from '../util/internal-error.ts';
import { packClusters } from './pack-clusters.ts';
import type { PackOrder, PackResult, PackSetup } from './pack-in-workers.ts';

/** A thread that packs runs of the disk, one order at a time; ends when the port closes. */
const port = parentPort;
if (port === null) throw new InternalError('this file is for worker threads');
const { diskFile, compression } = workerData as PackSetup;
const disk = openSync(diskFile, 'r');
let buffer = Buffer.alloc(0);

port.on('message', ({ run, offsetBytes, lengthBytes, paddedBytes }: PackOrder) => {
  if (buffer.length < paddedBytes) buffer = Buffer.alloc(paddedBytes);
  const bytes = buffer.subarray(0, paddedBytes).fill(0, lengthBytes);
  for (let done = 0; done < lengthBytes;) {
    const read = readSync(disk, bytes, done, lengthBytes - done, offsetBytes + done);
    if (read === 0) throw new InternalError(`${diskFile} ended at ${offsetBytes + done}`);
    done += read;
  }
  const packed = packClusters(bytes, compression);
  const result: PackResult = { run, ...packed };
  port.postMessage(result, [packed.bytes.buffer]);
});
