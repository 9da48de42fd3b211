import type { Runner } from '@kiln/engine/util/runner.ts';
import type { Check } from '../check.ts';
import { bootChainChecks } from './boot-chain-checks.ts';
import { diskChecks } from './disk-checks.ts';
import { identityChecks } from './identity-checks.ts';
import { loopbackCheck } from './loopback-check.ts';
import { leftoverChecks } from './leftover-checks.ts';

/** What holds for every image, whatever its elements. */
export function genericChecks(run: Runner): readonly Check[] {
  return [...diskChecks(run), loopbackCheck(run), ...bootChainChecks, ...identityChecks, ...leftoverChecks];
}
