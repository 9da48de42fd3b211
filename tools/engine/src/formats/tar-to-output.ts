/** Additions to the tar command, as shell words. */
export interface TarAdditions {
  readonly options?: string;
  /** Members after those of the view. */
  readonly more?: string;
}

/**
 * The command of a shell script that writes the tree at `$scratch/view` to standard output as a POSIX archive: sorted names, numeric
 * owners, no time later than `$epoch`, all xattrs, capabilities and ACLs.
 */
export function tarToOutput({ options = '', more = '' }: TarAdditions = {}): string {
  return `tar --create --file=- --directory="$scratch/view" --sort=name --numeric-owner --format=posix \\
  --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime \\
  --mtime="@$epoch" --clamp-mtime --xattrs --xattrs-include='*' --acls --one-file-system \\
  --warning=no-file-ignored ${options} . ${more}`;
}
