import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { HostJson } from './host-json.ts';
import type { InvocationInput, Invoker, InvokerParts } from './invocation.ts';
import type { Log } from './log.ts';
import { manualTimerInput, startTimer, type TimerFunction, type TimerListener } from './timer-listener.ts';
import { timerStatusFile } from './timer-status.ts';

export interface Listeners {
  /** Opens every queue and starts every timer of the functions that are not disabled. */
  readonly listen: (invoker: Invoker) => Promise<void>;
  /** Takes no more work; what runs can still settle and send. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly send: InvokerParts['send'];
  /** What a function is given when it is run by hand with some text. */
  readonly manualInput: (definition: FunctionDefinition, text: string) => InvocationInput;
}

interface Parts {
  readonly functions: readonly FunctionDefinition[];
  readonly hostJson: HostJson;
  readonly clock: Clock;
  readonly state: string;
  readonly log: Log;
}

/** Everything that calls functions of its own accord: queues and timers. */
export function startListeners({ functions, clock, state }: Parts): Listeners {
  const timers: TimerListener[] = [];
  const statusOf = ({ name }: FunctionDefinition) => timerStatusFile(join(state), name);
  return {
    listen: async (invoker) => {
      const enabled = functions.filter(({ disabled }) => !disabled);
      for (const each of enabled.filter(isTimer))
        timers.push(startTimer(each, { invoker, clock, file: statusOf(each) }));
    },
    stop: async () => {
      for (const timer of timers) timer.stop();
    },
    close: async () => {},
    send: async () => {},
    manualInput: (definition, _text) => {
      const reason = 'This function was programmatically called via the host APIs.';
      if (isTimer(definition)) return { data: manualTimerInput(definition, statusOf(definition)), reason };
      throw new Error(`A function with an ${definition.trigger.type} cannot be run by hand.`);
    },
  };
}

function isTimer(definition: FunctionDefinition): definition is TimerFunction {
  return definition.trigger.type === 'timerTrigger';
}
