/** How many lives a property lives: more with `LIVES=5000`, which `npm run soak` sets. */
export function lives(usually: number) {
  const numRuns = Number(process.env['LIVES'] ?? usually);
  return { numRuns, timeout: Math.max(60_000, numRuns * 200) };
}
