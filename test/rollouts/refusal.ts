import { AppError } from '../../shared/errors.ts';

/** What was refused, and how; undefined if nothing was. */
export async function refusal(asking: Promise<unknown>): Promise<AppError | undefined> {
  try {
    await asking;
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error;
  }
}
