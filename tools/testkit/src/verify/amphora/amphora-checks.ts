import type { Check } from '../check.ts';
import { accessChecks } from './access-checks.ts';
import { agentChecks } from './agent-checks.ts';
import { haproxyChecks } from './haproxy-checks.ts';
import { platformChecks } from './platform-checks.ts';

/**
 * What holds for every amphora, whoever built it: by Octavia's script or by Kiln, the agent from source or from a package.
 * Beside the generic checks, which see to disk, kernel, identity and leftovers.
 */
export const amphoraChecks: readonly Check[] = [
  ...platformChecks,
  ...agentChecks,
  ...haproxyChecks,
  ...accessChecks,
];
