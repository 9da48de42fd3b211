import type { OutdatedReport } from '@kiln/engine/execute/locks/find-outdated.ts';
import { expect, test } from 'vitest';
import { coloursThatAre } from '../../src/report/colours.ts';
import { outdatedText } from '../../src/report/outdated-text.ts';

const settings = { image: 'web:small', packages: 240, colours: coloursThatAre.off };
const index = { name: 'bookworm', url: 'http://mirror', date: '2026-11-14T09:00:00.000Z', security: false };
const report: OutdatedReport = {
  indexes: [index, { ...index, name: 'bookworm-security', date: '2026-11-20T00:00:00.000Z', security: true }],
  outdated: [
    {
      name: 'openssl',
      architecture: 'amd64',
      installed: '3.0.15-1',
      available: '3.0.16-1',
      index: 'bookworm-security',
      security: true,
    },
    {
      name: 'bash',
      architecture: 'amd64',
      installed: '5.2-1',
      available: '5.2-2',
      index: 'bookworm',
      security: false,
    },
  ],
  unknown: ['agent'],
};

test('newer versions in columns, and what they were compared with', () => {
  expect(outdatedText(report, settings))
    .toBe(`web:small: 2 of 240 packages have newer versions, 1 of them a security update
  security  openssl  3.0.15-1  → 3.0.16-1  bookworm-security
            bash     5.2-1     → 5.2-2     bookworm
compared with bookworm (2026-11-14), bookworm-security (2026-11-20)
in none of them: agent
to take them in: kiln lock web, then build it
`);
});

test('nothing newer, and nothing to compare with', () => {
  expect(outdatedText({ ...report, outdated: [], unknown: [] }, settings)).toContain(
    'all 240 packages are the newest\n',
  );
  expect(outdatedText({ indexes: [], outdated: [], unknown: [] }, settings)).toContain('nothing to compare');
});
