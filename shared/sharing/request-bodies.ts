import { z } from 'zod';

const named = (pattern: RegExp, what: string) => z.string().regex(pattern, what);
const person = z.string().trim().min(1).max(256).optional();

const Region = named(/^[a-z][a-z0-9]{2,39}$/, 'A region as Azure writes it in ids, such as westeurope.');

const Gallery = z.strictObject({
  resourceGroup: named(
    /^[-\w.()]{0,89}[-\w()]$/,
    'A resource group name: 1 to 90 letters, digits, - _ . ( ), not ending in a period.',
  ),
  name: named(
    /^[A-Za-z0-9](?:[\w.]{0,78}[A-Za-z0-9])?$/,
    'A gallery name: 1 to 80 letters, digits, _ and ., beginning and ending with a letter or digit.',
  ),
  location: Region,
});

const where = {
  subscriptionId: z.guid('The id of a subscription.'),
  /** Only where it is not the tenant of the app. */
  tenantId: z.guid('The id of a tenant.').exactOptional(),
  by: person,
};

const CopyPlace = z.strictObject({
  how: z.literal('copy'),
  ...where,
  gallery: Gallery,
  /** As the set's, unless said otherwise. */
  definition: named(
    /^[A-Za-z0-9](?:[-\w.]{0,78}[A-Za-z0-9])?$/,
    'An image definition name: 1 to 80 letters, digits, - _ ., beginning and ending with a letter or digit.',
  ).exactOptional(),
  regions: z
    .array(
      z.strictObject({
        name: Region,
        replicas: z.int().min(1).max(100).default(1),
        storageType: z.enum(['Standard_LRS', 'Standard_ZRS', 'Premium_LRS']).default('Standard_LRS'),
      }),
    )
    .min(1)
    .max(50)
    .superRefine((regions, context) => {
      const names = regions.map(({ name }) => name);
      const again = names.find((name, at) => names.indexOf(name) !== at);
      if (again !== undefined) context.addIssue({ code: 'custom', message: `${again} is named twice.` });
      // One more for where Azure makes it, should that not be among them.
      const total = regions.reduce((sum, { replicas }) => sum + replicas, 0);
      if (total > 99)
        context.addIssue({ code: 'custom', message: `${total} replicas are more than Azure allows.` });
    }),
});

const GrantPlace = z
  .strictObject({
    how: z.literal('grant'),
    ...where,
    /** With whom the gallery is shared: the subscription, or all of the tenant. */
    shareWith: z.enum(['subscription', 'tenant']).default('subscription'),
  })
  .superRefine(({ shareWith, tenantId }, context) => {
    if (shareWith !== 'tenant' || tenantId !== undefined) return;
    context.addIssue({ code: 'custom', path: ['tenantId'], message: 'Which tenant is it shared with?' });
  });

/** What may be said of a place that versions of a set are used from. */
export const PutPlace = z.discriminatedUnion('how', [CopyPlace, GrantPlace]);

export const PlaceName = named(/^[a-z][a-z0-9-]{0,39}$/, 'A place name: lower-case letters, digits and -.');

export const RetryCopy = z.strictObject({ by: person });
export const RemovePlace = z.strictObject({ by: person });

/** Which places a list shows; all unless said. */
export const PlaceKind = z.enum(['copy', 'grant']).optional();
/** Which copies a list shows; all unless said. */
export const CopyState = z.enum(['running', 'removing', 'completed', 'failed', 'removed']).optional();
