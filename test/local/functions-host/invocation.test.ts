import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FunctionDefinition } from '../../../infra/local/functions-host/function-definition.ts';
import { registered } from '../../../infra/local/functions-host/functions-core.ts';
import { startInvoker } from '../../../infra/local/functions-host/invocation.ts';
import type { CoreInvocationContext, InvocationResponse } from '../../../infra/local/functions-host/rpc.ts';

/** What happened, in order. */
let events: string[];
let contexts: CoreInvocationContext[];

beforeEach(() => {
  events = [];
  contexts = [];
  registered.model = {
    name: 'a model of three lines',
    version: '1',
    getInvocationModel: (core) => {
      contexts.push(core);
      return {
        getArguments: async () => ({ context: { core }, inputs: ['input'] }),
        invokeFunction: async (_context, inputs, callback) => callback(...inputs),
        getResponse: async (): Promise<InvocationResponse> => ({ invocationId: core.invocationId }),
      };
    },
  };
});
afterEach(() => {
  registered.model = undefined;
});

function invoker({
  functionTimeout = Infinity,
  send = async () => {},
}: { functionTimeout?: number; send?: () => Promise<void> } = {}) {
  return startInvoker({
    functionTimeout,
    log: (level, _source, message) => events.push(`${level} ${message.split('(')[0]}`),
    onTimeout: () => events.push('timed out'),
    send: async () => {
      await send();
      events.push('sent');
    },
  });
}

const definition = (callback: () => unknown) =>
  ({
    name: 'f',
    metadata: { name: 'f', bindings: {} },
    callback,
    trigger: { binding: 'b' },
    outputs: [],
  }) as unknown as FunctionDefinition;
const input = {
  data: { string: 'x' },
  reason: 'because',
  settle: async (succeeded: boolean) => void events.push(`settled ${succeeded}`),
};
const never = () => new Promise<never>(() => {});

describe('an invocation', () => {
  it('is over when its outputs are sent and its trigger has settled', async () => {
    await invoker().invoke(
      definition(() => events.push('ran')),
      input,
    );
    expect(events).toEqual([
      'information Executing ',
      'ran',
      'sent',
      'information Executed ',
      'settled true',
    ]);
    expect(contexts[0]?.request).toMatchObject({
      inputData: [{ name: 'b', data: { string: 'x' } }],
      triggerMetadata: {},
    });
  });

  it('fails when its outputs cannot be sent', async () => {
    const failing = invoker({ send: async () => Promise.reject(new Error('no broker')) });
    await expect(
      failing.invoke(
        definition(() => {}),
        input,
      ),
    ).rejects.toThrow('no broker');
    expect(events.at(-1)).toBe('settled false');
  });

  it('fails even when nothing was thrown', async () => {
    await expect(
      invoker().invoke(
        definition(() => Promise.reject(undefined)),
        input,
      ),
    ).rejects.toThrow('threw nothing');
  });

  it('keeps its outcome when the trigger cannot settle', async () => {
    const settle = async () => Promise.reject(new Error('lock lost'));
    await expect(
      invoker().invoke(
        definition(() => {}),
        { ...input, settle },
      ),
    ).resolves.toBeDefined();
    expect(events.at(-1)).toMatch(/^error Not settled/);
  });

  it('fails after functionTimeout, and the host is told', async () => {
    const hasty = invoker({ functionTimeout: 20 });
    await expect(hasty.invoke(definition(never), input)).rejects.toThrow(
      'Timeout value of 20 ms was exceeded',
    );
    expect(events).toContain('timed out');
    expect(events.at(-1)).toBe('settled false');
  });

  it('is waited for at the end, but not for ever', async () => {
    const one = invoker();
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = one.invoke(
      definition(() => promise),
      input,
    );
    const drained = one.drain(5000);
    resolve();
    await running;
    expect(await drained).toBe(0);
    void one.invoke(definition(never), input);
    expect(await one.drain(20)).toBe(1);
  });
});
