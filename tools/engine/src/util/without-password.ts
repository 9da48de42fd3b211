/**
 * A location without the password or token that its URL may hold, as it may be shown, logged and written down. The user of
 * an SSH location stays: it says which repository is meant.
 */
export function withoutPassword(location: string): string {
  return location.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/@\s]*)@/i, (_, scheme: string, user: string) =>
    /^(?:git\+)?ssh:/i.test(scheme) ? `${scheme}${user.split(':')[0] ?? ''}@` : scheme,
  );
}
