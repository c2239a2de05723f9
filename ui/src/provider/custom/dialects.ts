import type { Dialect } from '../../ipc/types.ts';

/** Those a custom provider can speak. */
export type Spoken = Exclude<Dialect, 'other'>;
export const spoken = ['openai', 'openai_responses', 'anthropic', 'gemini', 'ollama'] as const satisfies Spoken[];
