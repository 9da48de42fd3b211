import type { SerialPort } from '../qemu/serial-port.ts';
import { parseGuestReport, reportEnd, type GuestCommand, type GuestReport } from './guest-report.ts';

/** A report, or why there is none. */
export interface ReportArrival {
  readonly report: GuestReport | undefined;
  readonly failure: string | undefined;
}

/** The second serial port, as two sides speak on it: the guest reports, the host sends words. */
export interface GuestChannel {
  /** Waits for the next report. Reports come one after another; ask for one at a time. */
  readonly next: () => Promise<ReportArrival>;
  /** Only once a report has come: before, nobody listens. */
  readonly send: (command: GuestCommand) => void;
}

/** The channel over a port; each wait ends after the time, or when the signal aborts. */
export function openGuestChannel(
  port: Pick<SerialPort, 'text' | 'waitFor' | 'write'>,
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): GuestChannel {
  let from = 0;
  return {
    next: async () => {
      const arrived = await port.waitFor(reportEnd, { ...limits, from });
      if ('failure' in arrived) return { report: undefined, failure: arrived.failure };
      const report = parseGuestReport(port.text().slice(from, arrived.endsAt));
      from = arrived.endsAt;
      return { report, failure: report === undefined ? 'it is damaged' : undefined };
    },
    send: (command) => port.write(`${command}\n`),
  };
}
