/** The value of an option such as `-i`, written `-i 4096` or `-i4096`; the last one counts. */
export function optionValue(options: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  options.forEach((option, index) => {
    if (option === name) value = options[index + 1] ?? value;
    else if (option.startsWith(name) && !option.startsWith('--')) value = option.slice(name.length);
  });
  return value;
}

/** The options without an option such as `-E` and its value. */
export function withoutOption(options: readonly string[], name: string): readonly string[] {
  return options.filter((option, index) => !option.startsWith(name) && options[index - 1] !== name);
}

/** All values of an option, in order. */
export function optionValues(options: readonly string[], name: string): readonly string[] {
  return options.flatMap((option, index) => {
    if (option === name) return options[index + 1] === undefined ? [] : [options[index + 1] ?? ''];
    return option.startsWith(name) ? [option.slice(name.length)] : [];
  });
}
