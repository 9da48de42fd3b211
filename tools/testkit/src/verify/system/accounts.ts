import type { DiskTree } from '../../disk/open-tree.ts';

/** A user as `/etc/passwd` and `/etc/shadow` describe it; `passwordField` is undefined without a shadow entry. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  readonly passwordField: string | undefined;
}

/** Reads the users of an image; an empty map where there is no `/etc/passwd`. */
export async function readAccounts(tree: DiskTree): Promise<ReadonlyMap<string, Account>> {
  const [passwd = '', shadow = ''] = await Promise.all([
    tree.readText('/etc/passwd'),
    tree.readText('/etc/shadow'),
  ]);
  const hashes = new Map(fieldsOf(shadow).map(([name = '', hash = '']) => [name, hash]));
  return new Map(
    fieldsOf(passwd).map(([name = '', password = '', uid, gid, , home = '', shell = '']) => [
      name,
      {
        name,
        uid: Number(uid),
        gid: Number(gid),
        home,
        shell,
        passwordField: password === 'x' ? hashes.get(name) : password,
      },
    ]),
  );
}

/** Group names by number. */
export async function readGroups(tree: DiskTree): Promise<ReadonlyMap<number, string>> {
  const text = (await tree.readText('/etc/group')) ?? '';
  return new Map(fieldsOf(text).map(([name = '', , gid]) => [Number(gid), name]));
}

/** Whether a password can be used to log in: `open` means that none is asked for. */
export function passwordState(account: Account): 'locked' | 'set' | 'open' {
  const field = account.passwordField;
  if (field === '') return 'open';
  return field === undefined || /^[!*]/u.test(field) ? 'locked' : 'set';
}

function fieldsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.includes(':') && !line.startsWith('#'))
    .map((line) => line.split(':'));
}
