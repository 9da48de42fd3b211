import { skip, type Check } from '../check.ts';
import { applies, type DeclaredCheck } from './declared-check.ts';
import { evaluateQuestion } from './evaluate-question.ts';

/** Makes an item of a `verify.yaml` a check; where it fails, the detail names the line that asked. */
export function createDeclaredCheck(declared: DeclaredCheck): Check {
  return {
    id: declared.id,
    title: declared.title,
    run: async ({ tree, expectations }) => {
      if (!applies(declared.conditions, expectations.environment)) {
        return skip(`only when ${declared.conditions.map(describe).join(' and ')}`);
      }
      const outcome = await evaluateQuestion(tree, declared.question);
      const { file, line } = declared.place;
      return outcome.status === 'fail'
        ? { ...outcome, detail: `${outcome.detail}\n(${file}:${line})` }
        : outcome;
    },
  };
}

function describe({ variable, value, negated }: DeclaredCheck['conditions'][number]): string {
  return `${variable}${negated ? '!=' : '='}${value}`;
}
