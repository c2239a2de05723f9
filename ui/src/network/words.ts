import type { EffectiveNetwork } from '../ipc/types.ts';
import { t } from '../text/t.ts';

/** Which way requests go, in a sentence, with who chose it where that is not plain to see. */
export function wayWords(now: EffectiveNetwork): string {
  const by = now.proxy_by;
  if (by === 'this_machine' || by === 'plain_http') return t(`network.direct.${by}`);
  return now.proxy === null ? t(`network.direct.${by}`) : t(`network.through.${by}`, { host: now.proxy });
}

/** Whom a server's certificate may be from. */
export function trustWords(now: EffectiveNetwork): string {
  if (now.ca_file === null) return t('network.trust.system');
  const count = now.authorities ?? 0;
  return now.ca_by === 'provider' ? t('network.trust.provider', { count }) : t('network.trust.all', { count });
}
