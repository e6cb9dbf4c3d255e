import type { z } from 'zod';
import { type Caller, recordedBy } from './identity.ts';

/** A body that may say who asks says it from now on, and truly; any other stays as it is. */
export function saidBy(schema: z.ZodType, body: unknown, caller: Caller): unknown {
  if (!takesBy(schema) || typeof body !== 'object' || body === null) return body;
  const { by } = body as { by?: string };
  if (caller.kind === 'anyone' && by === undefined) return body;
  return { ...body, by: recordedBy(caller, by) };
}

/** Whether the schema, or a part of it that stands for the whole body, has a field `by`. */
function takesBy(schema: z.core.$ZodType): boolean {
  const { def } = schema._zod as unknown as {
    def: {
      readonly shape?: Readonly<Record<string, unknown>>;
      readonly options?: readonly z.core.$ZodType[];
      readonly in?: z.core.$ZodType;
      readonly innerType?: z.core.$ZodType;
    };
  };
  const parts = [...(def.options ?? []), def.in, def.innerType];
  return def.shape?.['by'] !== undefined || parts.some((part) => part !== undefined && takesBy(part));
}
