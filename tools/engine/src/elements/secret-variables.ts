import { scryptSync } from 'node:crypto';

const secretName = /PASSWORD|PASSWD|SECRET|TOKEN|(^|_)KEY($|_)/i;

/** What stands before the @ of a URL. The user of an SSH location is no secret; its password would be. */
const credentials = /\b([a-z][a-z0-9+.-]*):\/\/([^/@\s"']+)@/gi;

/**
 * Whether the value of a variable must appear nowhere: by its name, because an element says so (`secrets` in
 * `element.yaml`), or because there is a URL with a password or token in it.
 */
export function isSecret(name: string, value: string, declared: readonly string[]): boolean {
  return isSecretName(name, declared) || credentialsIn(value).length > 0;
}

/** Whether all of a variable's value is secret, and not just a part of a URL. */
export function isSecretName(name: string, declared: readonly string[]): boolean {
  return declared.includes(name) || secretName.test(name);
}

/** `user:password`, or a token alone, of each URL in a text. */
export function credentialsIn(text: string): readonly string[] {
  return [...text.matchAll(credentials)].flatMap(([, scheme = '', user = '']) =>
    /^(?:git\+)?ssh$/i.test(scheme) && !user.includes(':') ? [] : [user],
  );
}

const known = new Map<string, string>();

/**
 * What stands for a secret in a key: equal for equal values, and slow to guess from (scrypt, RFC 7914), since people choose
 * short passwords and key records lie in stores and receipts. An empty value is no secret.
 */
export function secretDigest(name: string, value: string): string {
  if (value === '') return '';
  const text = `${name}\0${value}`;
  const digest = known.get(text) ?? scryptSync(value, `kiln key record ${name}`, 32).toString('hex');
  known.set(text, digest);
  return `secret ${digest}`;
}
