/** As the reference servers do it: ends on SIGTERM, and when the harness lets go of the lifeline. */
export function endWithHarness(): void {
  process.on('SIGTERM', () => process.exit(0));
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdin.resume();
}
