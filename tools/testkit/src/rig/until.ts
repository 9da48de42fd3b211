/**
 * Settles once a condition holds that nothing announces, such as a process of the kernel's having gone. Fails after the
 * deadline with what `describe` says.
 */
export async function until(
  holds: () => Promise<boolean>,
  describe: () => Promise<string>,
  deadlineMs = 20_000,
): Promise<void> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > deadlineMs) throw new Error(await describe());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
