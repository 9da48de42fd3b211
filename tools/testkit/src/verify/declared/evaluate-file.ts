import { failed, pass, passUnless, type Outcome } from '../check.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import type { TreeEntry } from '../../disk/tree-reader.ts';
import { readAccounts, readGroups } from '../system/accounts.ts';
import type { FileQuestion } from './declared-check.ts';

/**
 * Compares one path of an image with what was declared of it. Links are followed, except for `link`, `absent`, and
 * the kind of entry.
 */
export async function evaluateFile(tree: DiskTree, question: FileQuestion): Promise<Outcome> {
  const { path } = question;
  const own = await tree.stat(path);
  if (question.absent === true)
    return own === undefined ? pass() : failed(`${path} is in the image (${own.kind})`);
  if (own === undefined) return failed(`${path} is absent`);
  const problems: string[] = [];
  if (question.link !== undefined) {
    const target = await tree.readLink(path);
    if (target !== question.link)
      problems.push(`links to ${target ?? 'nothing: it is no symlink'} instead of ${question.link}`);
    // A link into /run, /proc or /dev leads somewhere only in the running system.
    if (onlyLink(question)) return passUnless(problems);
  }
  const entry = await tree.statTarget(path);
  if (entry === undefined) return passUnless([...problems, `${path} is a symlink to nothing`]);
  problems.push(...(await entryProblems(tree, question, entry)), ...(await contentProblems(tree, question)));
  return passUnless(problems.map((problem) => (problem.startsWith('/') ? problem : `${path} ${problem}`)));
}

function onlyLink(question: FileQuestion): boolean {
  return Object.keys(question).every((key) => ['kind', 'path', 'link'].includes(key));
}

async function entryProblems(
  tree: DiskTree,
  question: FileQuestion,
  entry: TreeEntry,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const octal = (mode: number): string => mode.toString(8).padStart(4, '0');
  if (question.directory === true && entry.kind !== 'directory')
    problems.push(`is a ${entry.kind}, not a directory`);
  if (question.directory === false && entry.kind === 'directory') problems.push('is a directory');
  if (question.mode !== undefined && entry.mode !== question.mode) {
    problems.push(`has mode ${octal(entry.mode)} instead of ${octal(question.mode)}`);
  }
  if (question.executable !== undefined && ((entry.mode & 0o111) !== 0) !== question.executable) {
    problems.push(question.executable ? 'is not executable' : 'is executable');
  }
  if (question.owner !== undefined) {
    const [accounts, groups] = await Promise.all([readAccounts(tree), readGroups(tree)]);
    const user =
      [...accounts.values()].find((account) => account.uid === entry.uid)?.name ?? String(entry.uid);
    const group = groups.get(entry.gid) ?? String(entry.gid);
    const found = question.owner.includes(':') ? `${user}:${group}` : user;
    if (found !== question.owner) problems.push(`belongs to ${found} instead of ${question.owner}`);
  }
  if (question.empty !== undefined) {
    const size =
      entry.kind === 'directory' ? ((await tree.list(question.path)) ?? []).length : entry.sizeBytes;
    if ((size === 0) !== question.empty) problems.push(question.empty ? 'is not empty' : 'is empty');
  }
  return problems;
}

async function contentProblems(tree: DiskTree, question: FileQuestion): Promise<readonly string[]> {
  const { contains = [], lacks = [], equals, matches } = question;
  if (contains.length + lacks.length === 0 && equals === undefined && matches === undefined) return [];
  const text = await tree.readText(question.path);
  if (text === undefined) return ['is no file that can be read'];
  const problems = [
    ...contains.filter((part) => !text.includes(part)).map((part) => `does not contain '${part}'`),
    ...lacks.filter((part) => text.includes(part)).map((part) => `contains '${part}'`),
  ];
  // A final line break is the rule in files, and rarely written in YAML.
  if (equals !== undefined && text !== equals && text.trimEnd() !== equals.trimEnd()) {
    problems.push(`differs from what was declared; it begins with '${text.slice(0, 80)}'`);
  }
  if (matches !== undefined && !matches.test(text)) problems.push(`does not match ${String(matches)}`);
  return problems;
}
