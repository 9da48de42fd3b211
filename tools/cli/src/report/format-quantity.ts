import type { Origin } from '@kiln/engine/events/build-event.ts';

export { formatBytes } from '@kiln/engine/util/format-bytes.ts';

/** Seconds with one decimal: '12.3 s'; from 100 s on without: '135 s'. */
export function formatSeconds(durationMs: number): string {
  const seconds = durationMs / 1000;
  return `${seconds >= 99.95 ? seconds.toFixed(0) : seconds.toFixed(1)} s`;
}

/** A clock that runs: '0:07', '1:02:03'. */
export function formatClock(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (part: number): string => String(part).padStart(2, '0');
  return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

/** How a result came about, in one word. */
export const originWords: Readonly<Record<Origin, string>> = {
  run: 'run',
  restored: 'cached',
  resumed: 'resumed',
};

/** How long ago something was, to one unit: 'just now', '5 minutes ago', '3 days ago'. */
export function formatAge(ageMs: number): string {
  const minutes = Math.floor(ageMs / 60_000);
  if (minutes < 1) return 'just now';
  const [amount, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / (24 * 60)), 'day'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'} ago`;
}
