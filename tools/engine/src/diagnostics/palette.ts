/** What each part of a diagnostic is wrapped in. Each takes plain text and returns it with or without escape codes. */
export interface Palette {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly strong: (text: string) => string;
  /** Line numbers, bars and arrows around the quoted source. */
  readonly frame: (text: string) => string;
  readonly hint: (text: string) => string;
}

const plain = (text: string): string => text;
const sgr =
  (codes: string) =>
  (text: string): string =>
    text === '' ? '' : `\u001B[${codes}m${text}\u001B[0m`;

/** The palettes by name; whether standard error is a terminal is for the caller to know. */
export const palettes: Readonly<Record<'never' | 'always', Palette>> = {
  never: { error: plain, warning: plain, strong: plain, frame: plain, hint: plain },
  always: {
    error: sgr('1;31'),
    warning: sgr('1;33'),
    strong: sgr('1'),
    frame: sgr('1;34'),
    hint: sgr('1;36'),
  },
};
