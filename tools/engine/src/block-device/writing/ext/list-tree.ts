/** Something in the tree, as the tree's own file system tells of it. Texts are bytes, a character each (latin1). */
export interface ListedEntry {
  /** From the top of the tree, without a slash at its start; empty for the top itself. */
  readonly path: string;
  /** Type and permissions, as of stat(2). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Where the tree lies now. */
  readonly takenBytes: number;
  readonly modifiedSeconds: number;
  /** How many names a file has. */
  readonly links: number;
  /** `<device>:<inode>`, equal for all names of a file. */
  readonly identity: string;
  /** Of a device node. */
  readonly device: { readonly major: number; readonly minor: number };
  /** Of a symbolic link: where it leads. */
  readonly target: string;
  /** By full name, such as `security.capability`; in byte order. */
  readonly attributes: readonly (readonly [name: string, value: Buffer])[];
}

/**
 * A shell function: `list_tree <folder>` prints what is below the folder, and itself first, for `parseListing`: folders before what is in them,
 * names in byte order, nothing that is mounted below. Needs Perl, because neither find(1) nor Node tells extended attributes.
 */
export const listTree = `
list_tree() {
  perl -e '
    use strict;
    use POSIX;
    my ($list, $get) = @{+{x86_64 => [195, 192], aarch64 => [12, 9]}->{(POSIX::uname)[4]} || exit 3};
    binmode STDOUT;
    chdir $ARGV[0] or die "$ARGV[0]: $!";
    sub attributes {
      my ($path) = @_;
      my $names = "\\0" x 4096;
      my $length = syscall $list, $path, $names, length $names;
      return if $length <= 0;
      my @found;
      for my $name (sort split /\\0/, substr $names, 0, $length) {
        my $value = "\\0" x 65536;
        my $size = syscall $get, $path, $name, $value, length $value;
        push @found, $name, unpack("H*", substr $value, 0, $size) if $size >= 0;
      }
      return @found;
    }
    sub entry {
      my ($path, $shown, @stat) = @_;
      my ($device, $inode, $mode, $links, $uid, $gid, $rdev, $size, $mtime, $taken) = @stat[0 .. 7, 9, 12];
      my $major = $rdev >> 8 & 0xfff | $rdev >> 32 & ~0xfff;
      my $minor = $rdev & 0xff | $rdev >> 12 & ~0xff;
      my @attributes = attributes($path);
      my $count = @attributes / 2;
      print join("\\0", "$mode $uid $gid $size $taken $mtime $links $device:$inode $major $minor $count", $shown, S_ISLNK($mode) ? readlink $path : (), @attributes), "\\0";
    }
    sub S_ISLNK { ($_[0] & 0170000) == 0120000 }
    sub walk {
      my ($folder, $device) = @_;
      opendir my $handle, $folder or die "$folder: $!";
      for my $name (sort grep { !/^\\.\\.?$/ } readdir $handle) {
        my $path = $folder eq "." ? $name : "$folder/$name";
        my @stat = lstat $path or die "$path: $!";
        entry($path, $path, @stat);
        walk($path, $device) if -d _ && $stat[0] == $device;
      }
    }
    my @top = lstat ".";
    entry(".", "", @top);
    walk(".", $top[0])' "$1"
}`;

const typeBits = 0o170000;
const linkType = 0o120000;

/** Parses what `list_tree` printed; hundreds of thousands of entries may be there. */
export function parseListing(listing: Buffer): readonly ListedEntry[] {
  const fields = listing.toString('latin1').split('\0');
  const entries: ListedEntry[] = [];
  let at = 0;
  const next = (): string => fields[at++] ?? '';
  while (at < fields.length - 1) {
    const words = next().split(' ');
    const [mode = 0, uid = 0, gid = 0, sizeBytes = 0, sectors = 0, modifiedSeconds = 0, links = 0] = words
      .slice(0, 7)
      .map(Number);
    const [major = 0, minor = 0, count = 0] = words.slice(8).map(Number);
    const path = next();
    const target = (mode & typeBits) === linkType ? next() : '';
    const attributes: (readonly [string, Buffer])[] = [];
    for (let index = 0; index < count; index += 1) attributes.push([next(), Buffer.from(next(), 'hex')]);
    const identity = words[7] ?? '';
    const device = { major, minor };
    entries.push({
      path,
      mode,
      uid,
      gid,
      sizeBytes,
      takenBytes: sectors * 512,
      modifiedSeconds,
      links,
      identity,
      device,
      target,
      attributes,
    });
  }
  return entries;
}
