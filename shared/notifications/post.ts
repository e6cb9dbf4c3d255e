import { postOutside } from '../outbound.ts';
import type { Post } from './ports.ts';

/** Posts a message once. `allowPrivate`: to receivers on this machine too, in a local cloud. */
export function postMessages(allowPrivate: boolean): Post {
  return async (message) => {
    const { body: _, ...answer } = await postOutside({ ...message, allowPrivate });
    return answer;
  };
}
