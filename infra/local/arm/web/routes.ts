import { ArmError } from '../core/arm-error.ts';
import type { LocalRoute } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import type { WebFile } from './web-file.ts';
import { webOf } from './web.ts';

/** What guests find on the Internet: to be listed, added to, replaced and taken away. */
export function webRoutes(world: World): LocalRoute[] {
  const web = webOf(world);
  return [
    {
      method: 'GET',
      path: '/local/web',
      handle: ({ query }) => {
        const uri = query.get('uri');
        const found = uri === null ? web.all() : [web.find(uri)].filter((file) => file !== undefined);
        return { status: 200, body: { value: found } };
      },
    },
    {
      method: 'POST',
      path: '/local/web',
      handle: ({ body }) => ({ status: 201, body: web.add(asFile(body)) }),
    },
    {
      method: 'DELETE',
      path: '/local/web',
      handle: ({ query }) => {
        const there = web.remove(query.get('uri') ?? '');
        return { status: there ? 204 : 404 };
      },
    },
  ];
}

function asFile(body: unknown): WebFile {
  const { uri, content = '' } = (body ?? {}) as Partial<WebFile>;
  if (typeof uri === 'string' && URL.canParse(uri) && typeof content === 'string')
    return { ...(body as WebFile), content };
  throw new ArmError(400, 'InvalidRequest', 'A file is {"uri": "https://…", "content": "…", …}.');
}
