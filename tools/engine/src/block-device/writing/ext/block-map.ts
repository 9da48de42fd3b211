/** A run of blocks of the disk that holds a run of blocks of a file; a hole of the file lies in none. */
export interface BlockRun {
  /** First block of the file. */
  readonly fileBlock: number;
  /** First block of the filesystem. */
  readonly block: number;
  readonly blocks: number;
}

/** No block is left. Worded as mke2fs does it. */
export class NoBlockLeft extends Error {
  constructor() {
    super('could not allocate a block');
  }
}

/** An extent covers no more. */
const longestRun = 32768;

/** Which blocks of a filesystem are taken; gives out free ones in ascending order. */
export class BlockMap {
  readonly #taken: Uint8Array;
  readonly #blocks: number;
  #next = 0;

  constructor(blocks: number) {
    this.#blocks = blocks;
    this.#taken = new Uint8Array(blocks);
  }

  mark(first: number, blocks = 1): void {
    this.#taken.fill(1, first, first + blocks);
  }

  isTaken(block: number): boolean {
    return this.#taken[block] === 1;
  }

  /** Goes on at the next block whose number has this remainder, so that what follows lies in clusters of its own. */
  align(modulus: number, remainder: number): void {
    this.#next += (((remainder - this.#next) % modulus) + modulus) % modulus;
  }

  /**
   * Takes blocks for blocks `fileBlock` and following of a file.
   *
   * @param modulus when taken ones are in the way, it goes on behind them at a block of the same remainder; 1 wastes none.
   *
   * Throws NoBlockLeft.
   */
  take(fileBlock: number, blocks: number, modulus = 1): readonly BlockRun[] {
    const runs: BlockRun[] = [];
    for (let done = 0; done < blocks;) {
      while (this.#taken[this.#next] === 1) this.#next += modulus;
      if (this.#next >= this.#blocks) throw new NoBlockLeft();
      const first = this.#next;
      const most = Math.min(blocks - done, longestRun);
      const inTheWay = this.#taken.subarray(first, first + most).indexOf(1);
      const length = Math.min(inTheWay === -1 ? most : inTheWay, this.#blocks - first);
      this.mark(first, length);
      this.#next = first + length;
      runs.push({ fileBlock: fileBlock + done, block: first, blocks: length });
      done += length;
    }
    return runs;
  }

  countFree(first: number, end: number): number {
    let free = 0;
    for (let block = first; block < end; block += 1) if (this.#taken[block] === 0) free += 1;
    return free;
  }

  /** From the first block again: what alignment left out is then given out, too. */
  rewind(): void {
    this.#next = 0;
  }

  /** Does something, and takes all of it back where it throws NoBlockLeft. */
  attempt<T>(body: () => T): T | undefined {
    const [taken, next] = [this.#taken.slice(), this.#next];
    try {
      return body();
    } catch (error) {
      if (!(error instanceof NoBlockLeft)) throw error;
      this.#taken.set(taken);
      this.#next = next;
      return undefined;
    }
  }
}
