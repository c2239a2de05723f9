import type { ListFailure, ModelView, ProviderView } from '../ipc/types.ts';
import { count, price, short } from '../text/format.ts';
import { t } from '../text/t.ts';

type Of = Pick<ProviderView, 'name' | 'host'>;

/** Why a list did not come. */
export function whatHappened({ outcome, cause, detail }: ListFailure, { name, host }: Of): string {
  const values = { provider: name, host, variable: detail ?? '' };
  switch (cause) {
    case null:
      return t(`models.what.${outcome}`, values);
    case 'too_large':
    case 'endless':
    case 'shape':
    case 'no_key':
      return t(`models.cause.${cause}`, values);
    case 'undocumented':
      return t('models.what.reachable_unverified', values);
    default:
      return t(`cause.what.${cause}`, values);
  }
}

export const whatToDo = ({ outcome }: ListFailure): string => t(`models.todo.${outcome}`);

/** "400K"; nothing where the provider does not tell. */
export const contextOf = (model: ModelView): string => (model.context === null ? '' : short(model.context));
export const tokensOf = (model: ModelView): string =>
  model.context === null ? '' : t('models.contextOf', { count: count(model.context) });

/** "$0.25 / $2.00". */
export function priceOf({ price: told }: ModelView): string {
  if (!told) return '';
  if (told.input === 0 && told.output === 0) return t('models.free');
  return t('models.prices', { input: price(told.input, told.currency), output: price(told.output, told.currency) });
}

/** Whether it is the user's: what a program may use. */
export const isUsed = (model: ModelView): boolean => model.state !== 'new' && model.state !== 'left';
