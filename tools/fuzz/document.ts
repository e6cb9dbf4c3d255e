/** A JSON Schema, as far as the API document uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

interface Response {
  readonly $ref?: string;
  readonly 'x-codes'?: readonly string[];
}

/** One endpoint, as the document describes it. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly isOpen: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly examples: readonly unknown[];
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Document {
  readonly operations: readonly Operation[];
  /** What a reference means. */
  readonly resolve: (schema: Schema) => Schema;
}

interface Raw {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly responses?: Readonly<Record<string, Response>>;
  };
}
interface RawOperation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: Schema;
        readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
      };
    };
  };
  readonly responses: Readonly<Record<string, Response>>;
}

/** Reads what the app says of itself: nothing here knows its code. */
export async function readDocument(url: string): Promise<Document> {
  const { paths, components } = (await (await fetch(`${url}/api/openapi.json`)).json()) as Raw;
  const meant = (said: Response): Response =>
    said.$ref === undefined ? said : (components.responses?.[said.$ref.split('/').at(-1) ?? ''] ?? {});
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): Operation => {
      const json = one.requestBody?.content['application/json'];
      return {
        name: one.operationId,
        method: method.toUpperCase(),
        path,
        isOpen: one.security?.length === 0,
        parameters: one.parameters ?? [],
        body: json?.schema,
        examples: Object.values(json?.examples ?? {}).map(({ value }) => value),
        responses: Object.fromEntries(
          Object.entries(one.responses).map(([status, said]) => [status, meant(said)]),
        ),
      };
    }),
  );
  const resolve = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema;
    const found = components.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
    if (!found) throw new Error(`the document has no ${schema.$ref}`);
    return resolve(found);
  };
  return { operations, resolve };
}
