import { skip, type Check } from '../check.ts';
import { packagesOn, type SystemName } from '../system/package-names.ts';
import { readSystemName } from '../system/system-name.ts';
import { applies, type DeclaredCheck, type Question } from './declared-check.ts';
import { evaluateQuestion } from './evaluate-question.ts';

/** Makes an item of a `verify.yaml` a check; where it fails, the detail names the line that asked. */
export function createDeclaredCheck(declared: DeclaredCheck): Check {
  return {
    id: declared.id,
    title: declared.title,
    run: async ({ tree, expectations }) => {
      const system = await readSystemName(tree, expectations.environment);
      const environment = { DISTRO_NAME: system.distribution, ...expectations.environment };
      if (!applies(declared.conditions, environment)) {
        return skip(`only when ${declared.conditions.map(describe).join(' and ')}`);
      }
      const outcome = await evaluateQuestion(tree, translate(declared, system));
      const { file, line } = declared.place;
      return outcome.status === 'fail'
        ? { ...outcome, detail: `${outcome.detail}\n(${file}:${line})` }
        : outcome;
    },
  };
}

/** Names of packages are those of package-installs: the element's pkg-map has what the image's distribution calls them. */
function translate({ question, packageMap }: DeclaredCheck, system: SystemName): Question {
  if (packageMap === undefined) return question;
  if (question.kind !== 'packages' && question.kind !== 'packages-absent') return question;
  return { ...question, names: packagesOn(packageMap, question.names, system) };
}

function describe({ variable, value, negated }: DeclaredCheck['conditions'][number]): string {
  return `${variable}${negated ? '!=' : '='}${value}`;
}
