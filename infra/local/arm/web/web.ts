import { createHash } from 'node:crypto';
import type { World } from '../core/world.ts';
import { optimisationTool } from './optimisation-tool.ts';
import { SEEDS } from './seeds.ts';
import type { WebFile } from './web-file.ts';

/** A file as a guest gets it. */
export interface Served extends WebFile {
  readonly size: number;
  readonly sha256: string;
}

const webs = new WeakMap<World, Web>();

/** What the guests of this world can reach. */
export function webOf(world: World): Web {
  const web = webs.get(world) ?? new Web();
  webs.set(world, web);
  return web;
}

/** The Internet as far as guests are concerned: some files, and nothing at any other name. */
export class Web {
  readonly #files = new Map<string, WebFile>(SEEDS.map((file) => [file.uri, file]));

  add(file: WebFile): Served {
    this.#files.set(file.uri, file);
    return served(file);
  }

  remove(uri: string): boolean {
    return this.#files.delete(uri);
  }

  /** What is at the address. */
  find(uri: string): Served | undefined {
    const file = this.#files.get(uri) ?? optimisationTool(uri);
    return file && served(file);
  }

  /** Whether the name resolves: an unknown host is another error than an unknown path. */
  knowsHost(uri: string): boolean {
    const host = hostOf(uri);
    return host === 'github.com' || [...this.#files.keys()].some((known) => hostOf(known) === host);
  }

  all(): Served[] {
    return [...this.#files.values()].map((file) => served(file));
  }
}

function served(file: WebFile): Served {
  const bytes = Buffer.from(file.content, 'utf8');
  return {
    ...file,
    size: file.size ?? bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).hostname.toLowerCase() : '';
}

/** Adds or replaces a file in a world's web. */
export function addFile(world: World, file: WebFile): Served {
  return webOf(world).add(file);
}
