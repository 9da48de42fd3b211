/**
 * What a guest says of itself on its second serial port: named sections between marks, so that a report that was cut
 * off is seen as such. The form on the wire, a line each:
 *
 *     @@kiln begin
 *     @@kiln section failed-units
 *     …the output of the section's command…
 *     @@kiln end 0              (exit status of the command)
 *     @@kiln finish
 */
export interface GuestReport {
  readonly sections: ReadonlyMap<string, GuestSection>;
}

export interface GuestSection {
  readonly output: string;
  readonly exitStatus: number;
}

/** The last line of a report. */
export const reportEnd = /^@@kiln finish\n/mu;

const wholeReport = /@@kiln begin\n(?<body>[\s\S]*?)@@kiln finish\n/u;

const section = /^@@kiln section (?<name>\S+)\n(?<output>[\s\S]*?)^@@kiln end (?<status>\d+)\n/gmu;

/** Parses a report; undefined where it is not there, or not whole. */
export function parseGuestReport(text: string): GuestReport | undefined {
  const body = wholeReport.exec(text)?.groups?.['body'];
  if (body === undefined) return undefined;
  const sections = new Map<string, GuestSection>();
  for (const match of body.matchAll(section)) {
    const { name = '', output = '', status = '1' } = match.groups ?? {};
    sections.set(name, { output: output.trimEnd(), exitStatus: Number(status) });
  }
  return { sections };
}

/** Commands of every report. They wait for the boot to end, whatever it comes to; none changes the machine. */
export const commonSections: Readonly<Record<string, string>> = {
  'cloud-init':
    'if command -v cloud-init >/dev/null; then timeout 600 cloud-init status --wait --long; else echo absent; fi',
  'system-state': 'timeout 600 systemctl is-system-running --wait',
  'failed-units': 'systemctl list-units --failed --plain --no-legend --no-pager',
  'why-failed':
    'for unit in $(systemctl list-units --failed --plain --no-legend --no-pager | cut -d" " -f1); do echo "== $unit"; journalctl --no-pager -b -u "$unit" -n 15 -o cat; done',
  'cloud-init-errors':
    'cat /run/cloud-init/result.json 2>/dev/null; grep -E " (ERROR|CRITICAL|WARNING) " /var/log/cloud-init.log 2>/dev/null | tail -n 15',
  mounts: 'findmnt --raw --noheadings --output TARGET,SOURCE,FSTYPE,OPTIONS',
  kernel: 'uname -r',
  'command-line': 'cat /proc/cmdline',
  'boot-time': 'systemd-analyze time',
  slowest: 'systemd-analyze blame --no-pager | head -n 12',
  'root-size': 'df --output=size,used,avail -B1 / | tail -n 1',
};

/**
 * A shell script that writes a report with these sections to a device.
 *
 * @param sections commands of `sh` by section name.
 */
export function reportScript(sections: Readonly<Record<string, string>>, device: string): string {
  const lines = Object.entries(sections).map(([name, command]) => `section ${name} ${quote(command)}`);
  return [
    '#!/bin/sh',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C SYSTEMD_COLORS=0',
    'export PATH LC_ALL SYSTEMD_COLORS',
    'section() {',
    '  echo "@@kiln section $1"',
    // A last line without an end would swallow the mark.
    '  sh -c "$2" 2>&1 </dev/null; status=$?; echo',
    '  echo "@@kiln end $status"',
    '}',
    '{',
    'echo "@@kiln begin"',
    ...lines,
    'echo "@@kiln finish"',
    `} > ${device}`,
    '',
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
