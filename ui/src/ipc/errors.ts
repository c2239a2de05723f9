import type { Code, Error as Fault } from './types.ts';

export type { Fault };

/** What a command failed with. Anything that is not one of Rust's errors is a fault of Keystead's own. */
export function fault(thrown: unknown): Fault {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string') {
    return thrown as Fault;
  }
  return { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** Whether a command failed with this very code. */
export function failedWith(thrown: unknown, code: Code): boolean {
  return fault(thrown).code === code;
}
