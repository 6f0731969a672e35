import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds of a tick of /proc: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Returns true if this machine reports the processor time of a process (Linux). */
export function tellsProcessorTime(): boolean {
  return fields(process.pid) !== null;
}

/** Microseconds of processor time that a process and its direct children, living and dead, have used. */
export function processorTime(pid: number): number {
  // proc(5): utime, stime, cutime, cstime are the 14th to 17th, the parent the 4th; `fields` begins with the 3rd.
  const ticks = (stat: string[] | null, from: number, to: number) =>
    (stat ?? []).slice(from, to).reduce((sum, value) => sum + Number(value), 0);
  for (;;) {
    const dead = ticks(fields(pid), 13, 15);
    const children = processes().map((child) => fields(child));
    const living = children
      .filter((stat) => stat?.[1] === String(pid))
      .reduce((sum, stat) => sum + ticks(stat, 11, 13), 0);
    const own = fields(pid);
    // A child that died between the two readings is in neither sum, or in both; then both are read again.
    if (ticks(own, 13, 15) === dead) return (ticks(own, 11, 15) + living) * TICK_US;
  }
}

/** Megabytes of memory that a process holds. */
export function residentMegabytes(pid: number): number {
  // The 24th field of proc(5), in pages of 4 KiB.
  return (Number(fields(pid)?.[21] ?? 0) * 4096) / 1_000_000;
}

function processes(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The fields after the process's name, the only one that may contain blanks. */
function fields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
