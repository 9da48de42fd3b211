import picocolors from 'picocolors';
import { type TerminalOutput, wantsColour } from './terminal-output.ts';

/** Functions that wrap text in colours, or leave it as it is. */
export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours that are on or off whatever the process's own terminal is. */
export const coloursThatAre: Readonly<Record<'on' | 'off', Colours>> = {
  on: picocolors.createColors(true),
  off: picocolors.createColors(false),
};

/** Colours for a stream of this process. */
export function coloursFor(stream: TerminalOutput): Colours {
  return coloursThatAre[wantsColour(stream, process.env) ? 'on' : 'off'];
}
