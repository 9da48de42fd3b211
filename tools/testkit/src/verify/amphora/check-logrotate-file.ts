/**
 * Problems of the structure of a logrotate configuration (logrotate(8)): files stand before a block in braces, scripts end in
 * `endscript`. Directives are not looked at.
 */
export function checkLogrotateFile(text: string): readonly string[] {
  const problems: string[] = [];
  let block: number | undefined;
  let script: number | undefined;
  let named = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const number = index + 1;
    if (script !== undefined) {
      if (line === 'endscript') script = undefined;
    } else if (block !== undefined && /^(?:pre|post|first|last)(?:rotate|action|remove)$/u.test(line)) {
      script = number;
    } else if (line.startsWith('#')) {
      continue;
    } else if (line.endsWith('{')) {
      if (block !== undefined) problems.push(`line ${number}: a block within the block of line ${block}`);
      if (line === '{' && !named) problems.push(`line ${number}: a block of no file`);
      block = number;
    } else if (line === '}') {
      if (block === undefined) problems.push(`line ${number}: a brace closes nothing`);
      block = undefined;
      named = false;
    } else if (block === undefined && /^["/]/u.test(line)) {
      named = true;
    }
  }
  if (script !== undefined) problems.push(`line ${script}: a script without endscript`);
  else if (block !== undefined) problems.push(`line ${block}: a block that is not closed`);
  return problems;
}
