import type { ImageSetPlan } from './image-set.ts';
import type { Refusal } from './refusal.ts';
import type { OsState, Source, SourceKind, Way } from './source.ts';

export function kindOfSource(source: Source): SourceKind {
  return Object.keys(source)[0] as SourceKind;
}

/** How a version is made of its source, or why it cannot be. */
export function wayOf(
  plan: Pick<ImageSetPlan, 'source' | 'definition' | 'recipe'>,
  osState: OsState,
): Way | Refusal {
  const { source, definition, recipe } = plan;
  const kind = kindOfSource(source);
  if (kind === 'marketplace') return 'image';
  // Nothing to be done to it, neither by a recipe nor by generalising.
  const asItIs = recipe.length === 0 && osState === definition.osState;
  if (asItIs && !isUsedUp(source, osState)) return 'import';
  if (kind === 'galleryVersion' || kind === 'managedImage') return 'image';
  if (osState === 'Generalized') return neverStartsAgain(kind, definition.osState);
  return isInPlace(source) ? 'in-place' : 'disk';
}

const isInPlace = (source: Source) => 'vm' in source && source.vm.inPlace;

/** A machine that its owner gave away is stopped before it is captured, which only the stages of a machine do. */
const isUsedUp = (source: Source, osState: OsState) => isInPlace(source) && osState === 'Specialized';

function neverStartsAgain(kind: SourceKind, wanted: OsState): Refusal {
  const what = kind === 'vm' ? 'This VM' : `This ${kind === 'vhd' ? 'VHD' : kind}`;
  const why = wanted === 'Specialized' ? 'made specialised' : 'given a recipe';
  return [
    'UnsupportedSource',
    `${what} is generalised, and Azure starts no machine from it that could be ${why}. Import it with an empty ` +
      'recipe into a Generalized definition, then build from that version.',
  ];
}
