import type { Clock } from '../clock.ts';
import type { TimerTrigger } from './binding-definition.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { Invoker } from './invocation.ts';
import type { RpcTypedData } from './rpc.ts';
import { pastDue, type TimerStatus, type TimerStatusFile, toJson } from './timer-status.ts';

export type TimerFunction = FunctionDefinition & { readonly trigger: TimerTrigger };

export interface TimerListener {
  readonly stop: () => void;
}

interface Parts {
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly file: TimerStatusFile;
}

/** Where hours pass in seconds a timer would run many times a second, and the machine do little else. */
const restMs = 1000;

/**
 * Runs a timer function when it is due, by the local clock. The next run is planned when the last one is
 * over, so that runs never overlap; one that fails is logged and the schedule goes on. On a
 * clock that runs fast there is a second of the machine between two runs: what comes due in it is late, and one.
 */
export function startTimer(definition: TimerFunction, { invoker, clock, file }: Parts): TimerListener {
  const { schedule, useMonitor, runOnStartup } = definition.trigger;
  const start = useMonitor ? pastDue(file.read(), schedule, clock.now()) : undefined;
  let status = start?.status;
  if (status) file.write(status);
  let stopped = false;
  let waiting: NodeJS.Timeout | undefined;

  const run = async (planned: number, isPastDue: boolean) => {
    const at = Math.max(planned, clock.now());
    const settle = async () => {
      if (!useMonitor) return;
      status = { last: at, next: schedule.next(at), lastUpdated: clock.now() };
      file.write(status);
    };
    const reason = isPastDue ? 'Timer past due' : 'Timer fired';
    await invoker
      .invoke(definition, { data: timerInfo(status, isPastDue), reason, settle })
      .catch(() => undefined);
    const rested = clock.now() + (clock.speed > 1 ? restMs * clock.speed : 0);
    waitFor(schedule.next(Math.max(planned, rested)));
  };
  const waitFor = (due: number) => {
    if (stopped) return;
    const left = due - clock.now();
    // A timer of the machine may be a moment early, and cannot wait for more than 24 days at once.
    if (clock.realMs(left) <= 1) void run(due, false);
    else waiting = clock.after(left, () => waitFor(due));
  };

  if (start?.missed) void run(clock.now(), true);
  else if (runOnStartup) void run(clock.now(), false);
  else waitFor(schedule.next(clock.now()));
  return {
    stop: () => {
      stopped = true;
      clearTimeout(waiting);
    },
  };
}

/** A run by hand: it is told what is remembered, and nothing is remembered of it. */
export function manualTimerInput({ trigger }: TimerFunction, file: TimerStatusFile): RpcTypedData {
  return timerInfo(trigger.useMonitor ? file.read() : undefined, false);
}

function timerInfo(status: TimerStatus | undefined, isPastDue: boolean): RpcTypedData {
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: status ? toJson(status) : null,
      IsPastDue: isPastDue,
    }),
  };
}
