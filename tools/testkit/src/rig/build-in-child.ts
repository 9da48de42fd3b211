import { runRigBuild } from './run-rig-build.ts';
import type { RigRequest } from './rig-request.ts';

// Builds in a process that may be killed: the request comes as its argument; events, then the outcome, go out as lines of JSON.
const request = JSON.parse(process.argv[2] ?? '') as RigRequest;
const interrupt = new AbortController();
// Not `once`: a listener that is gone when the next one looks counts as none, and the process would be ended.
process.on('SIGTERM', () => interrupt.abort());
const build = await runRigBuild(request, {
  report: (event) => process.stdout.write(`${JSON.stringify({ event })}\n`),
  signal: interrupt.signal,
});
process.stdout.write(`${JSON.stringify({ build })}\n`);
