import { withoutSecrets } from '../log.ts';
import type { Look, Settled } from '../workflow/look.ts';
import type { Facts } from './facts.ts';
import type { Host } from './host.ts';
import type { Extension, ExtensionBlueprint, Machines } from './machine.ts';
import { type Secrets, settingsOf } from './secrets.ts';
import { tagged, unequippedTag } from './tag.ts';
import { done, type EnsureHostStage, failed, running } from './stage.ts';

const mostNotEquipped = 3;
const lookSeconds = 20;
/** What failed at once fails at once again: the domain controller, the download. */
const nextTrySeconds = 120;

interface Parts {
  readonly machines: Machines;
  readonly secrets: Secrets;
}

/** The machine has the extensions that it had, put on one after the other as Azure wants it. */
export function ensureEquipped(parts: Parts): EnsureHostStage {
  return async (look) => {
    const { plan, facts } = look.work;
    const wanted = facts.blueprint?.extensions ?? [];
    if (wanted.length === 0) return done();
    const found = await parts.machines.standAlone.extensions(plan.machine);
    for (const extension of wanted) {
      const is = found.find(({ name }) => name.toLowerCase() === extension.name.toLowerCase());
      if (is?.provisioningState !== 'Succeeded') return await seenTo(parts, look, extension, is);
    }
    // From here on it can be told from the machine itself what it has.
    const isTold = await tagged(parts.machines, look.work, undefined, unequippedTag);
    return isTold ? done() : running(`tag ${unequippedTag} to be taken away`, 5);
  };
}

async function seenTo(
  { machines, secrets }: Parts,
  { work: { plan, facts } }: Look<Host>,
  extension: ExtensionBlueprint,
  is: Extension | undefined,
): Promise<Settled<Facts>> {
  const { name } = extension;
  const waiting = `extension ${name}`;
  const isFailed = is !== undefined && ['Failed', 'Canceled'].includes(is.provisioningState);
  if (is && !isFailed) return running(waiting, lookSeconds);
  const notEquipped = (facts.notEquipped ?? 0) + (isFailed ? 1 : 0);
  const message = withoutSecrets(is?.message ?? '').slice(0, 500);
  if (notEquipped >= mostNotEquipped) {
    return failed(
      'EquipFailed',
      `Extension ${name} of ${plan.name} failed ${notEquipped} times; at last: ${message}`,
    );
  }
  const settings = await settingsOf(secrets, plan, extension);
  await machines.standAlone.addExtension(plan.machine, extension, settings);
  if (!isFailed) return running(waiting, lookSeconds);
  const news = `extension ${name} failed and is put on again: ${message}`;
  return running(waiting, nextTrySeconds, { facts: { notEquipped }, news });
}
