import { ArmError } from './arm-error.ts';
import type { Route } from './provider.ts';

interface Compiled<R> {
  readonly route: R;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Finds the route for a path, without regard to case; what stands in braces is a parameter. */
export class RouteTable<R extends { readonly method: string; readonly path: string }> {
  readonly #compiled: Compiled<R>[] = [];

  add(...routes: readonly R[]): void {
    for (const route of routes) {
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const source = route.path
        .split(/\{\w+\}/)
        .map((text) => text.replaceAll(/[.$()]/g, String.raw`\$&`))
        .join('([^/]+)');
      this.#compiled.push({ route, pattern: new RegExp(`^${source}/?$`, 'i'), names });
    }
  }

  /** All routes whose path fits, with the parameters as they were sent. */
  matching(path: string): { route: R; params: Record<string, string> }[] {
    return this.#compiled.flatMap(({ route, pattern, names }) => {
      const match = pattern.exec(path);
      if (!match) return [];
      return [
        { route, params: Object.fromEntries(names.map((name, i) => [name, decode(match[i + 1] ?? '')])) },
      ];
    });
  }
}

/** What a route is about: `Microsoft.Compute/virtualMachines/deallocate`. */
export function routeType(path: string): string {
  const [, provided] = path.split('/providers/');
  const segments = (provided ?? path)
    .split('/')
    .filter((segment) => segment !== '' && !segment.startsWith('{'));
  return segments.filter((segment) => segment !== 'locations').join('/');
}

/** Refuses api-versions the way ARM does: malformed ones, and those the type was never registered with. */
export function checkApiVersion(route: Route, version: string | null): string {
  if (version === null || version === '') {
    throw new ArmError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  const supported = typeof route.apiVersion === 'string' ? [route.apiVersion] : route.apiVersion;
  if (supported.includes('*') || supported.includes(version)) return version;
  const list = supported.join(', ');
  if (!/^\d{4}-\d{2}-\d{2}(?:-preview)?$/.test(version)) {
    throw new ArmError(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${list}'.`,
    );
  }
  const type = routeType(route.path);
  throw new ArmError(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for API version '${version}' for type '${type.slice(type.indexOf('/') + 1)}'. ` +
      `The supported api-versions are '${list}'.`,
  );
}

/** A name that is no valid encoding is taken as it stands; it will not be found. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
