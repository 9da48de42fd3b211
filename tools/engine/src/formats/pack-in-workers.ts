import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DeferredData } from '../block-device/writing/deferred-data.ts';
import type { KnownClusters } from './known-clusters.ts';
import type { PackedClusters } from './pack-clusters.ts';
import type { Qcow2Compression } from './qcow2-image.ts';

/** What a worker is told once. */
export interface PackSetup {
  readonly diskFile: string;
  readonly compression: Qcow2Compression;
  /** Digests of layers by the device that their files are on, as far as that is known. */
  readonly layersByDevice: ReadonlyMap<string, string>;
  /** Images whose clusters may be taken over; packed by the same compression. */
  readonly known: readonly KnownClusters[];
}

/** A run of clusters to be read and packed. `paddedBytes` is the length in whole clusters; zeros follow the disk's end. */
export interface PackOrder {
  readonly run: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly paddedBytes: number;
  /** Whether the disk's own file has anything there. */
  readonly readsDisk: boolean;
  /** What lies elsewhere, in ascending order: pieces of the run. */
  readonly deferred: readonly DeferredData[];
}

export interface PackResult extends PackedClusters {
  readonly run: number;
}

/** Packed runs that may wait for an earlier one, for each worker: bounds the memory. */
const aheadPerWorker = 4;

/**
 * Packs runs of a disk on all cores and hands them over in their order, whatever order they get done in.
 *
 * Rejects with the first error of a worker or of `take`; all workers have ended by then.
 */
export async function packInWorkers(
  setup: PackSetup,
  orders: readonly PackOrder[],
  take: (order: PackOrder, packed: PackedClusters) => void,
): Promise<void> {
  if (orders.length === 0) return;
  const count = Math.min(availableParallelism(), orders.length);
  const url = new URL('./pack-worker.ts', import.meta.url);
  const workers = Array.from({ length: count }, () => new Worker(url, { workerData: setup }));
  const waiting = new Map<number, PackResult>();
  const idle: Worker[] = [];
  let given = 0;
  let taken = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const advance = () => {
        for (let order = orders[taken]; order !== undefined; order = orders[taken]) {
          const result = waiting.get(taken);
          if (result === undefined) break;
          waiting.delete(taken);
          take(order, result);
          taken += 1;
        }
        while (idle.length > 0 && given < orders.length && given - taken < count * aheadPerWorker) {
          idle.pop()?.postMessage(orders[given]);
          given += 1;
        }
        if (taken === orders.length) resolve();
      };
      for (const worker of workers) {
        worker.on('error', reject);
        worker.on('message', (result: PackResult) => {
          waiting.set(result.run, result);
          idle.push(worker);
          try {
            advance();
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
        idle.push(worker);
      }
      advance();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
