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

/** Words that the host may send once a report is finished; the script answers `again` with a report of its own. */
export type GuestCommand = 'again' | 'reboot';

/** What a report is made of: commands of `sh` by section name. */
export interface ReportSections {
  readonly first: Readonly<Record<string, string>>;
  /** Of each report after the first. */
  readonly again: Readonly<Record<string, string>>;
}

/** How long a guest waits for a word from the host before it gives up. */
const patienceSeconds = 1800;

/**
 * A shell script that writes a report to a serial port, then waits there for words. On `reboot` it lets the system start
 * it once more, and restarts the machine.
 */
export function reportScript({ first, again }: ReportSections, device: string): string {
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
    ...reportFunction('first_report', first),
    ...reportFunction('again_report', again),
    'reboot_and_report() {',
    '  cp "$0" /var/lib/kiln-report.sh',
    // A name of its own: the unit that started this report may be a transient one.
    '  units=/etc/systemd/system; unit=kiln-report-again.service',
    "  printf '[Service]\\nExecStart=/bin/sh /var/lib/kiln-report.sh\\n' > $units/$unit",
    '  mkdir -p $units/multi-user.target.wants',
    '  ln -sf ../$unit $units/multi-user.target.wants/$unit',
    '  systemctl --no-block reboot',
    '}',
    // Opened once: what arrives at a port that nobody has open is lost.
    `exec 3<>${device}`,
    'first_report >&3',
    // The port may be the terminal of this session; a reader in the background would be stopped.
    `while word=$(timeout --foreground ${patienceSeconds} head -n 1 <&3); do`,
    '  case $word in',
    '    again) again_report >&3 ;;',
    '    reboot) reboot_and_report; exit 0 ;;',
    "    '') exit 0 ;;",
    '  esac',
    'done',
    '',
  ].join('\n');
}

function reportFunction(name: string, sections: Readonly<Record<string, string>>): readonly string[] {
  const lines = Object.entries(sections).map(([title, command]) => `  section ${title} ${quote(command)}`);
  return [`${name}() {`, '  echo "@@kiln begin"', ...lines, '  echo "@@kiln finish"', '}'];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
