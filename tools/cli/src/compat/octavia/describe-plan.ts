import { isSecretName } from '@kiln/engine/elements/secret-variables.ts';
import { withoutPassword } from '@kiln/engine/util/without-password.ts';
import type { AmphoraPlan } from './plan-amphora.ts';

/** Stands for the value of a secret. */
const mask = '***';

/** The plan as one JSON object: `elements` in order, `arguments`, `environment`. Passwords are `***`. */
export function planJson(plan: AmphoraPlan): string {
  const { elements, arguments: options } = plan;
  return `${JSON.stringify({ elements, arguments: options, environment: shownEnvironment(plan) }, null, 2)}\n`;
}

/** The plan for people: the variables and the call, as a shell would take them. Passwords are `***`. */
export function planText(plan: AmphoraPlan): string {
  const variables = Object.entries(shownEnvironment(plan)).map(([name, value]) => `${name}=${quote(value)}`);
  const call = ['disk-image-create', ...plan.arguments.map(quote), ...plan.elements];
  return `${[...variables, call.join(' ')].join(' \\\n  ')}\n`;
}

function shownEnvironment(plan: AmphoraPlan): Readonly<Record<string, string>> {
  const entries = Object.entries(plan.environment).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      // A path says nothing; what it leads to would.
      isSecretName(name, []) && !name.endsWith('_FILE') ? mask : withoutPassword(value),
    ]),
  );
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
