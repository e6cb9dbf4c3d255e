export type Json = Record<string, unknown>;

/** What goes back over the wire. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON; text goes as it is when the headers say what it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
}

export interface ArmErrorExtra {
  readonly target?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly details?: readonly ErrorDetail[] | undefined;
  readonly innererror?: Json | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A refusal in ARM's own form: thrown by handlers, answered as `{error: {code, message, …}}`. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  readonly status: number;
  readonly code: string;
  readonly extra: ArmErrorExtra;

  constructor(status: number, code: string, message: string, extra: ArmErrorExtra = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }

  /** The `error` object of an answer or of an operation's status. */
  toError(): Json {
    const { target, details, innererror } = this.extra;
    return {
      code: this.code,
      message: this.message,
      ...(target !== undefined && { target }),
      ...(details && { details }),
      ...(innererror && { innererror }),
    };
  }

  toAnswer(): Answer {
    const { retryAfter, headers } = this.extra;
    return {
      status: this.status,
      body: { error: this.toError() },
      headers: {
        ...headers,
        ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter)) }),
      },
    };
  }
}
