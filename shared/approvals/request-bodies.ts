import { z } from 'zod';

const text = (most: number) => z.string().trim().min(1).max(most);

/** A decision always has a reason: it is kept, and shown with the version for ever after. */
export const DecideApproval = z.strictObject({ reason: text(1000), by: text(256).optional() });

/** `<set>.<number>.<channel>.<which>` */
export const ApprovalId = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}\.\d{1,10}\.\d{1,10}\.\d{1,10}\.[a-z][a-z0-9-]{0,39}\.[a-z0-9-]{1,20}$/,
    'The id of an approval, such as win11-avd.1.4.0.production.1.',
  );

/** Whether a list shows also what is decided. */
export const All = z.enum(['true', 'false']).default('false');
