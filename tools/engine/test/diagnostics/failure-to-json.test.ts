import { expect, it } from 'vitest';
import { failureToJson } from '../../src/diagnostics/failure-to-json.ts';

it('keeps code, texts, place and payload apart', () => {
  const place = { file: 'image.yaml', line: 3, column: 5, length: 2 };
  const json = failureToJson({
    code: 'element-not-found',
    element: 'vn',
    near: 'vm',
    neededBy: undefined,
    place,
  });
  expect(json).toEqual({
    code: 'element-not-found',
    message: "element 'vn' not found",
    hint: "did you mean 'vm'?",
    exitCode: 2,
    place,
    details: { element: 'vn', near: 'vm' },
  });
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});

it('leaves out hint and place where there is none', () => {
  expect(failureToJson({ code: 'definition-not-yaml', reason: 'x' })).toEqual({
    code: 'definition-not-yaml',
    message: 'this is not valid YAML: x',
    exitCode: 2,
    details: { reason: 'x' },
  });
});
