import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BuildFailure } from '../../src/diagnostics/failure.ts';
import type { Digest } from '../../src/fingerprint/digest.ts';
import { emptyLock, formatLock, identityOf, pinOf } from '../../src/lock/image-lock.ts';
import {
  gatherRequests,
  identityOfRequest,
  type LockRequest,
  lockRequestSchema,
  matchLock,
} from '../../src/lock/lock-request.ts';
import { parseLock, readLock } from '../../src/lock/read-lock.ts';
import { writeLock } from '../../src/lock/write-lock.ts';
import { agent, constraints, lockOf, security } from './lock-entries.ts';

async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-lock-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'images/web/image.lock.json');
}

describe('formatLock', () => {
  it('writes one key a line, in one order, and ends the last line', () => {
    expect(formatLock(lockOf(security))).toBe(`{
  "formatVersion": 1,
  "entries": [
    {
      "kind": "apt",
      "name": "stable-security",
      "digest": "${'a'.repeat(64)}",
      "date": "2026-11-17T00:00:00Z",
      "lockedAt": "2026-11-18T10:00:00.000Z"
    }
  ]
}
`);
  });

  it('does not depend on the order of entries, nor on that of their keys', () => {
    const reversed = Object.fromEntries(Object.entries(agent).toReversed()) as unknown as typeof agent;
    expect(formatLock(lockOf(constraints, security, reversed))).toBe(
      formatLock(lockOf(agent, security, constraints)),
    );
  });

  it('is read back as it was written', () => {
    const lock = lockOf(agent, security, constraints);
    expect(parseLock(formatLock(lock), 'x')).toEqual(lock);
  });
});

describe('readLock and writeLock', () => {
  it('have no lock where there is no file', async () => {
    expect(await readLock(await temporaryFile())).toBeUndefined();
  });

  it('write a file whole, and leave one alone that says the same', async () => {
    const file = await temporaryFile();
    await writeLock(file, lockOf(agent));
    expect(await readFile(file, 'utf8')).toBe(formatLock(lockOf(agent)));
    const before = await stat(file, { bigint: true });
    await writeLock(file, lockOf(agent));
    expect((await stat(file, { bigint: true })).mtimeNs).toBe(before.mtimeNs);
  });

  it.each([
    ['{', 'JSON'],
    ['{"formatVersion": 2, "entries": []}', 'formatVersion'],
    ['{"formatVersion": 1, "entries": [{"kind": "svn"}]}', 'entries.0.kind'],
    ['{"formatVersion": 1, "entries": [{"kind": "apt", "name": "x", "lockedAt": "today"}]}', 'entries.0'],
  ])('refuse %s', async (text, reason) => {
    const file = join(await temporaryFile(), '..', '..', 'lock.json');
    await writeLock(file, emptyLock);
    await writeFile(file, text);
    const error: unknown = await readLock(file).catch((thrown: unknown) => thrown);
    const failures = error instanceof BuildFailure ? error.failures : [];
    expect(failures).toMatchObject([
      { code: 'lock-unreadable', file, reason: expect.stringContaining(reason) as string },
    ]);
  });
});

describe('identities and pins', () => {
  it('tell things apart by what they are, not by what they hold', () => {
    expect(identityOf(security)).toBe('apt stable-security');
    expect(identityOf(agent)).toBe('git agent https://example.org/agent main');
    expect(identityOf(constraints)).toBe('file constraints https://example.org/constraints.txt');
  });

  it('pin a commit with its tag, or a digest', () => {
    expect(pinOf(agent)).toBe(`${'1'.repeat(40)} 2.0`);
    expect(pinOf({ ...agent, tag: undefined })).toBe('1'.repeat(40));
    expect(pinOf(security)).toBe('a'.repeat(64) as Digest);
  });
});

const parse = (line: object): LockRequest => lockRequestSchema.parse(line) as LockRequest;

describe('requests', () => {
  const request = {
    kind: 'git',
    name: 'agent',
    location: 'https://me:token@example.org/agent',
    ref: 'main',
  } as const;

  it('find their entry without the password in their location', () => {
    const parsed = parse(request);
    expect(identityOfRequest(parsed)).toBe(identityOf(agent));
    const other = parse({ ...request, ref: 'stable' });
    expect(matchLock([parsed, other], lockOf(agent))).toEqual({
      locked: [{ request: parsed, entry: agent }],
      missing: [other],
    });
  });

  it('go into the step that is usual for their kind, or into the one they name', () => {
    expect(parse(request).step).toBe('extra-data');
    expect(parse({ kind: 'apt', name: 'stable', url: 'x' }).step).toBe('root');
    const base = { kind: 'file', name: 'base-image', location: 'x', step: 'root' };
    expect(parse(base).step).toBe('root');
  });

  it.each([
    { kind: 'git', name: '../up', location: 'x', ref: 'y' },
    { kind: 'git', name: 'a/b', location: 'x', ref: 'y' },
    { kind: 'apt', name: 'x', url: 'y', indexes: ['../../etc/passwd'] },
    { kind: 'apt', name: 'x', url: 'y', indexes: ['/etc/passwd'] },
    { kind: 'file', name: 'x' },
    { kind: 'tar', name: 'x', location: 'y', step: 'install' },
  ])('are refused that lead elsewhere or lack something: %j', (line) => {
    expect(lockRequestSchema.safeParse(line).success).toBe(false);
  });

  it('are laid together, each thing once, and indexes of packages aside', () => {
    const index = { kind: 'package-index', location: 'https://example.org/simple' } as const;
    expect(gatherRequests([index, parse(request), index, parse(request)])).toEqual({
      lockable: [parse(request)],
      packageIndexes: [index.location],
    });
  });
});
