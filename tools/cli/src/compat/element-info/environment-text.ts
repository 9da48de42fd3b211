import type { ClosureElement } from './element-closure.ts';

/**
 * What hooks know of an image's elements, as text for bash to evaluate: `IMAGE_ELEMENT`, `IMAGE_ELEMENT_YAML` (a map of
 * name to path), and the function `get_image_element_array`, whose output fills an associative array. Ends in a newline.
 */
export function environmentText(elements: readonly ClosureElement[]): string {
  const names = elements.map((it) => it.name).join(' ');
  const yaml = elements.map((it) => `${yamlScalar(it.name)}: ${yamlScalar(it.path)}\n`).join('');
  const array = elements.map((it) => `[${it.name}]=${it.path} `).join('');
  return [
    `export IMAGE_ELEMENT=${singleQuoted(names)}`,
    `export IMAGE_ELEMENT_YAML=${singleQuoted(yaml)}`,
    'function get_image_element_array {',
    `  echo "${array.replaceAll(/[\\"$`]/g, String.raw`\$&`)}"`,
    '};',
    'export -f get_image_element_array;',
    '',
  ].join('\n');
}

/** Plain where YAML reads it as the same text; else in double quotes, of which JSON's are a part. */
function yamlScalar(text: string): string {
  const isPlain = /^[/A-Za-z][\w./+-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
