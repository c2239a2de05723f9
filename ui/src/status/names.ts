import type { KeyView } from '../ipc/types.ts';
import { t } from '../text/t.ts';

/** What a key is called where its name alone does not say what it is. */
export function nameOf(key: KeyView): string {
  if (key.ambient) return t('key.environment');
  return key.source === 'none' && !key.config ? t('key.keyless') : key.name;
}
