/** Hooks in the order in which a log says that they ran, by phase (`install.d`). */
export type HookOrder = Readonly<Record<string, readonly string[]>>;

const ran = /\bdib-run-parts Running \S*\/([a-z-]+\.d)\/(\S+)\s*$/;

/** Reads the order of hooks off a log of diskimage-builder, or of Kiln's command that writes one alike. */
export function hookOrder(log: string): HookOrder {
  const order: Record<string, string[]> = {};
  for (const line of log.split('\n')) {
    const match = ran.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    (order[match[1]] ??= []).push(match[2]);
  }
  return order;
}
