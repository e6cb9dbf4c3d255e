/** One update as Windows Update offers it to a guest, and what becomes of it there. */
export interface Update {
  readonly id: string;
  readonly title: string;
  readonly kb: string;
  readonly type: 'Software' | 'Driver';
  /** Ids of its categories. */
  readonly categories: readonly string[];
  readonly isBeta?: boolean;
  readonly isHidden?: boolean;
  /** False for what is optional: previews, drivers. */
  readonly autoSelect?: boolean;
  readonly eula?: boolean;
  readonly needsReboot?: boolean;
  /** Minutes its installation takes. */
  readonly minutes?: number;
  /** Not offered before this one is in and the guest was restarted since. */
  readonly after?: string;
  /** Its installation fails so many times, with this HRESULT. */
  readonly fails?: number;
  readonly hresult?: string;
  readonly state: 'offered' | 'downloaded' | 'installed' | 'awaiting-restart';
}

/** "Update category classifications": what WUA's `CategoryIDs contains` asks for. */
export const CATEGORY = {
  critical: 'e6cf1350-c01b-414d-a61f-263d14d133b4',
  definitions: 'e0789628-ce08-4437-be74-2495b842f43b',
  drivers: 'ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0',
  rollups: '28bc880e-0592-4cbf-8f95-c79b17911d5f',
  security: '0fa1201d-4330-4fa8-8ae9-b877473b6441',
  updates: 'cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83',
} as const;

/** Whether Windows Update would find it missing here and now. */
export function isOffered(update: Update, all: readonly Update[]): boolean {
  if (update.state === 'installed' || update.state === 'awaiting-restart') return false;
  if (update.after === undefined) return true;
  return all.find(({ id }) => id === update.after)?.state === 'installed';
}
