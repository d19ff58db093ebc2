/** One time for all processes of this machine: ms since the epoch, with fractions, never set back while a process lives. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now()
}
