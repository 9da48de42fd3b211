import type { StepName } from '@kiln/engine/plan/step.ts';
import { coloursFor } from '../report/colours.ts';
import { explanationJson } from '../report/explanation-json.ts';
import { explanationText } from '../report/explanation-text.ts';
import { forecastText } from '../report/forecast-text.ts';
import { explain, type ExplainRequest, selectSteps } from './explain.ts';
import { reportProblems } from './report-problems.ts';

type Printed = Omit<ExplainRequest, 'report'> & { readonly json?: boolean | undefined };

/** Prints why the steps of an image ran, or would run: all of them, or the one that `what` names by itself or by a hook. @returns exit code. */
export async function printExplanation(
  request: Printed & { readonly what?: string | undefined },
): Promise<number> {
  const { image, what, json } = request;
  return reportProblems(async (report) => {
    const explanation = selectSteps(await explain({ ...request, report }), what);
    const detail = what === undefined ? 'steps' : 'inputs';
    const text = { colours: coloursFor(process.stdout), now: Date.now(), detail } as const;
    process.stdout.write(
      json === true
        ? `${JSON.stringify(explanationJson(image, explanation), null, 2)}\n`
        : explanationText(explanation, text),
    );
    return 0;
  });
}

/** Prints what a build would do, and why. @returns exit code. */
export async function printForecast(
  request: Printed & { readonly until?: StepName | undefined },
): Promise<number> {
  const { image, until, json } = request;
  return reportProblems(async (report) => {
    const explanation = await explain({ ...request, report }, until);
    process.stdout.write(
      json === true
        ? `${JSON.stringify(explanationJson(image, explanation), null, 2)}\n`
        : forecastText(explanation, coloursFor(process.stdout)),
    );
    return 0;
  });
}
