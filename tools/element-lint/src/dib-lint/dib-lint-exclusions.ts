/** Names of the rules that a file leaves out: lines `# dib-lint: disable=<name> <name>…`, from the first column on. */
export function fileExclusions(text: string): ReadonlySet<string> {
  const lines = text.matchAll(/^# dib-lint: disable=(.*)$/gm);
  return new Set([...lines].flatMap(([, names = '']) => names.trim().split(/[\s,]+/)));
}

/**
 * Names of the rules that `tox.ini` leaves out everywhere: `ignore` in its section `[dib-lint]`, over one line or several
 * (the format is that of Python's configparser).
 */
export function toxExclusions(text: string): ReadonlySet<string> {
  const [, section = ''] = /^\[dib-lint\][^\n]*\n((?:(?!\[).*(?:\n|$))*)/m.exec(text) ?? [];
  const [, value = ''] = /^ignore\s*[=:]((?:.*(?:\n[ \t]+\S.*)*))/im.exec(section) ?? [];
  const words = value
    .split('\n')
    .map((line) => line.replace(/^\s*[#;].*/, ''))
    .flatMap((line) => line.split(/[\s,]+/));
  return new Set(words.filter((word) => word !== ''));
}
