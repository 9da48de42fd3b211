import type { PhysicalVolume, VolumePiece } from '../disk-layout.ts';

/** The extents of a group's physical volumes that are still free, handed out from the first on. */
export class ExtentRoom {
  readonly total: number;
  #taken = 0;
  readonly #physicalVolumes: readonly PhysicalVolume[];

  constructor(physicalVolumes: readonly PhysicalVolume[]) {
    this.#physicalVolumes = physicalVolumes;
    this.total = physicalVolumes.reduce((sum, { extents }) => sum + extents, 0);
  }

  get free(): number {
    return this.total - this.#taken;
  }

  /** The next `wanted` extents, which must be free: a piece on each physical volume that they touch. */
  take(wanted: number): readonly VolumePiece[] {
    const pieces: VolumePiece[] = [];
    let before = 0;
    let left = wanted;
    this.#physicalVolumes.forEach(({ extents }, physicalVolume) => {
      const firstExtent = Math.max(0, this.#taken - before);
      const count = Math.min(left, extents - firstExtent);
      before += extents;
      if (count <= 0) return;
      pieces.push({ physicalVolume, firstExtent, extents: count });
      left -= count;
      this.#taken += count;
    });
    return pieces;
  }
}
