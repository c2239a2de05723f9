import { invoke as call, type InvokeArgs } from '@tauri-apps/api/core';

/** Calls that are under way. */
export const calls = { open: 0 };

/** Tauri's own, counted. */
export async function invoke<T>(command: string, args?: InvokeArgs): Promise<T> {
  calls.open += 1;
  try {
    return await call<T>(command, args);
  } finally {
    calls.open -= 1;
  }
}
