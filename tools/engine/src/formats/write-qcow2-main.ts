import type { Qcow2Request } from './write-qcow2.ts';
import { writeQcow2 } from './write-qcow2.ts';

/** A program of its own, so that a runner can start it where the disk can be read: takes a request as JSON on standard input. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
await writeQcow2(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Qcow2Request);
