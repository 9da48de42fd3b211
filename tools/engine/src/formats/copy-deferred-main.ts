import { closeSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { copyDeferred, readDeferred } from '../block-device/writing/deferred-data.ts';

/** What the program is asked, as JSON on its standard input. */
export interface CopyRequest {
  readonly diskFile: string;
  readonly deferredFile: string;
}

/** A program of its own, so that a runner can start it where the disk can be written: copies deferred data into a disk, and empties the list. */
const { diskFile, deferredFile } = JSON.parse(readFileSync(0, 'utf8')) as CopyRequest;
const disk = openSync(diskFile, 'r+');
copyDeferred(disk, readDeferred(deferredFile));
closeSync(disk);
truncateSync(deferredFile);
