import type { Clock } from '../clock.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { HostJson } from './host-json.ts';
import type { InvocationInput, Invoker, InvokerParts } from './invocation.ts';
import type { Log } from './log.ts';
import { queueClients } from './queue-clients.ts';
import { type QueueFunction, queueInput, type QueueListener, startQueue } from './queue-listener.ts';
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

/** Everything that calls functions of its own accord (queues and timers), and what goes out to queues. */
export function startListeners({ functions, hostJson, clock, state, log }: Parts): Listeners {
  const listeners: (QueueListener | TimerListener)[] = [];
  const clients = queueClients();
  const statusOf = ({ name }: FunctionDefinition) => timerStatusFile(state, name);
  return {
    listen: async (invoker) => {
      const enabled = functions.filter(({ disabled }) => !disabled);
      const queueParts = { invoker, clients, serviceBus: hostJson.serviceBus, log };
      listeners.push(
        ...(await Promise.all(enabled.filter(isQueue).map((each) => startQueue(each, queueParts)))),
      );
      for (const each of enabled.filter(isTimer)) {
        listeners.push(startTimer(each, { invoker, clock, file: statusOf(each) }));
      }
    },
    stop: async () => {
      await Promise.all(listeners.map(async (listener) => listener.stop()));
    },
    close: clients.close,
    send: clients.send,
    manualInput: (definition, text) => {
      const reason = 'This function was programmatically called via the host APIs.';
      if (isTimer(definition)) return { data: manualTimerInput(definition, statusOf(definition)), reason };
      if (isQueue(definition)) return { ...queueInput(definition, { body: Buffer.from(text) }), reason };
      throw new Error('A function with an httpTrigger cannot be run by hand.');
    },
  };
}

function isTimer(definition: FunctionDefinition): definition is TimerFunction {
  return definition.trigger.type === 'timerTrigger';
}

function isQueue(definition: FunctionDefinition): definition is QueueFunction {
  return definition.trigger.type === 'serviceBusTrigger';
}
