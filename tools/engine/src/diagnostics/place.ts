/** Where in a user's file a problem arose. Lines and columns count from 1; `length` is in characters; 0: the file as a whole. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
}
