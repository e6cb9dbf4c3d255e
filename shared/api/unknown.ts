import { AppError } from '../errors.ts';

interface Route {
  readonly method: string;
  readonly route: string;
}

/** So much of a path is said again. */
const mostTold = 200;

/** Why there is no answer to a request that no endpoint takes; of a path that others take, which methods do. */
export function nothingHere(method: string, path: string, all: readonly Route[]): AppError {
  const told = `/api/${path}`.slice(0, mostTold);
  const methods = all.filter(({ route }) => fits(route, path)).map((one) => one.method);
  const others = methods.length === 0 ? '' : `, only ${[...new Set(methods)].toSorted().join(', ')}`;
  const document = 'GET /api/openapi.json has all there are';
  return new AppError('NotFound', `There is no ${method} ${told}${others}: ${document}.`, { target: told });
}

/** As routes are compared: by their parts, and whatever their case. */
function fits(route: string, path: string): boolean {
  const [wanted, given] = [route.split('/'), path.replace(/\/$/, '').split('/')];
  if (wanted.length !== given.length) return false;
  return wanted.every((part, at) => {
    const text = given[at] ?? '';
    return part.startsWith('{') ? text !== '' : part.toLowerCase() === text.toLowerCase();
  });
}
