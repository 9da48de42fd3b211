/** A bug in Kiln. Never thrown for a problem that a user, a host or a mirror can cause. */
export class InternalError extends Error {
  override name = 'InternalError';
}
