import { Doctor } from '../provider/doctor.svelte.ts';
import type { DraftView } from '../ipc/types.ts';
import { providerOf } from '../state/catalogue.svelte.ts';

/** The address that stood with a key, until the user has said what becomes of it. */
export class Address {
  readonly text: string;
  /** Whose it is; null: nobody's that the catalogue knows. */
  readonly owner: string | null;
  readonly doctor: Doctor;
  said = $state<'nothing' | 'use' | 'ignore'>('nothing');

  constructor(text: string, fits: string[]) {
    this.text = text;
    this.owner = fits.length === 1 ? (fits[0] ?? null) : null;
    this.doctor = new Doctor(this.owner, text);
  }

  /** The one of a draft, examined. */
  static async of(draft: DraftView): Promise<Address | null> {
    if (draft.base_url === null) return null;
    const address = new Address(draft.base_url, draft.fits);
    await address.doctor.ask();
    return address;
  }

  /** It is where the provider is anyway. */
  isAt(provider: string): boolean {
    return this.owner === provider && this.doctor.view?.base_url === providerOf(provider)?.base_url;
  }
}
