/** What an update step says of itself in its last line. */
export interface UpdateReport {
  readonly offered: number;
  readonly failed: number;
  readonly restart: boolean;
}

/** `updates: offered=3 failed=0 restart=True`, wherever in the output the last such line stands. */
export function readUpdates(output: string): UpdateReport | undefined {
  const [, offered, failed, restart] =
    [...output.matchAll(/^updates: offered=(\d+) failed=(\d+) restart=(\w+)\s*$/gim)].at(-1) ?? [];
  if (offered === undefined) return undefined;
  return { offered: Number(offered), failed: Number(failed), restart: /^(true|yes)$/i.test(restart ?? '') };
}
