import type { ProviderView } from '../ipc/types.ts';
import { t } from '../text/t.ts';

/** What removing a provider takes away. */
export function consequence(provider: ProviderView): string {
  const headers = provider.headers.filter((header) => header.plain === null).length;
  const count = provider.keys.filter((key) => key.source === 'vault').length + headers;
  if (count > 0) return t('provider.removeSome', { count });
  return provider.custom ? t('provider.removeCustom') : t('provider.removeNone');
}
