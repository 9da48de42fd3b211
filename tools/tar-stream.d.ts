/** The part of tar-stream 2 that Kiln's packages use. It brings no types, and those of DefinitelyTyped lack `pax`. */
declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream';

  export interface Header {
    readonly name: string;
    readonly type: string | null;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly size: number;
    readonly linkname: string | null;
    /** Records of the extended header, as written. */
    readonly pax?: Readonly<Record<string, string>> | null;
  }

  export interface Extract extends Writable {
    on(event: 'entry', listener: (header: Header, content: Readable, next: () => void) => void): this;
    on(...given: Parameters<Writable['on']>): this;
  }

  export function extract(): Extract;

  export interface Pack extends Readable {
    entry(header: Pick<Header, 'name' | 'type'> & Partial<Header>, content: Buffer): void;
    finalize(): void;
  }

  export function pack(): Pack;
}
