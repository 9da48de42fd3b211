import type { ProblemList, RawNode } from './configuration/raw-node.ts';
import { addProblem } from './configuration/raw-node.ts';

/** Parts of names that LVM keeps for the volumes that it hides (lvm(8), "Valid names"). */
const reserved =
  /^(?:snapshot|pvmove)|_(?:cdata|cmeta|corig|iorig|mimage|mlog|pmspare|rimage|rmeta|tdata|tmeta|vdata|vorigin|wcorig)(?:_|$)/;

/** Reports a name that LVM would refuse for a volume group or a logical volume. */
export function checkVolumeName(node: RawNode, problems: ProblemList): void {
  const { name, path } = node;
  const legible = /^[A-Za-z0-9_.+][A-Za-z0-9_.+-]*$/.test(name) && name !== '.' && name !== '..';
  if (!legible || name.length > 127) {
    addProblem(problems, [...path, 'name'], {
      reason: `'${name}' can be no name of an LVM volume`,
      remedy: 'use letters, digits, and _ . + - (not at the start), 127 characters or fewer',
    });
  } else if (node.plugin === 'lv' && reserved.test(name)) {
    addProblem(problems, [...path, 'name'], `'${name}' is among the names that LVM keeps for itself`);
  }
}
