import { type BodyCase, defined, old } from './body-case.ts';

/** What no image definition can be. */
export const wrongDefinitions: readonly BodyCase[] = [
  [
    'a name that begins with a dot',
    defined({ name: '.x' }),
    'definition.name',
    /beginning and ending with a letter or digit/,
  ],
  ['a name of 81 characters', defined({ name: 'a'.repeat(81) }), 'definition.name', /1 to 80/],
  [
    'a publisher with a space',
    defined({ publisher: 'Contoso Ltd' }),
    'definition.publisher',
    /Letters, digits, - _ and \. only/,
  ],
  ['a SKU that ends in a dot', defined({ sku: 'win11.' }), 'definition.sku', /not ending in a period/],
  ['an offer of 65 characters', defined({ offer: 'a'.repeat(65) }), 'definition.offer', /64/],
  ['an operating system that is none', defined({ osType: 'macOS' }), 'definition.osType', /Windows/],
  ['a state in other letters', defined({ osState: 'generalised' }), 'definition.osState', /Generalized/],
  [
    'Trusted Launch for generation 1',
    defined({ ...old, securityType: 'TrustedLaunch' }),
    'definition.securityType',
    /needs generation V2/,
  ],
  [
    'Trusted Launch supported for generation 1',
    defined({ ...old, securityType: 'TrustedLaunchSupported' }),
    'definition.securityType',
    /needs generation V2/,
  ],
  [
    'Arm64 for generation 1',
    defined({ ...old, architecture: 'Arm64' }),
    'definition.architecture',
    /needs generation V2/,
  ],
  [
    'NVMe for generation 1',
    defined({ ...old, diskControllerTypes: 'SCSI, NVMe' }),
    'definition.diskControllerTypes',
    /needs generation V2/,
  ],
  [
    'a security type of another kind',
    defined({ securityType: 'ConfidentialVM' }),
    'definition.securityType',
    /TrustedLaunch/,
  ],
  [
    'more vCPUs at least than at most',
    defined({ recommended: { vCPUs: { min: 8, max: 4 } } }),
    'definition.recommended.vCPUs',
    /min is more than max/,
  ],
  [
    'memory of nothing',
    defined({ recommended: { memory: {} } }),
    'definition.recommended.memory',
    /min, max or both/,
  ],
  [
    'half a vCPU',
    defined({ recommended: { vCPUs: { min: 0.5 } } }),
    'definition.recommended.vCPUs.min',
    /int/,
  ],
  [
    'a disk type that is none',
    defined({ disallowedDiskTypes: ['Floppy'] }),
    'definition.disallowedDiskTypes.0',
    /Standard_LRS/,
  ],
  [
    'a disk type twice',
    defined({ disallowedDiskTypes: ['Premium_LRS', 'Premium_LRS'] }),
    'definition.disallowedDiskTypes',
    /named twice/,
  ],
  [
    'an end of life that is no day',
    defined({ endOfLifeDate: 'next summer' }),
    'definition.endOfLifeDate',
    /A date such as/,
  ],
  [
    'a privacy statement that is no address',
    defined({ privacyStatementUri: 'see intranet' }),
    'definition.privacyStatementUri',
    /web address/,
  ],
  [
    'half a purchase plan',
    defined({ purchasePlan: { name: 'gold', product: 'desktops' } }),
    'definition.purchasePlan.publisher',
    /string/,
  ],
];
