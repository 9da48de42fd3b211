/** A program that must be on the host, so that a missing one is named before anything starts. */
export interface RequiredTool {
  readonly tool: string;
  /** The Debian package that brings it. */
  readonly debianPackage: string;
  /** In words, for the reader: 'ext4 filesystems'. */
  readonly neededFor: string;
}
