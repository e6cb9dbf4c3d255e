/** What a script says that restarts the machine; for PowerShell, grep and us alike. */
export const restarts = '(Restart-Computer|shutdown|reboot|init 6)';

/** Said by what ran a downloaded script, whose text is known in the guest only. */
export const mayRestart = 'This script may restart the machine.';

/** Whether a script restarts the machine by itself: nobody else tells. */
export function restartsByItself(script: string): boolean {
  return new RegExp(restarts, 'i').test(script);
}
