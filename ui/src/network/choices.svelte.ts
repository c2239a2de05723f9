import { fault, type Fault } from '../ipc/errors.ts';
import { chooseCaFile, editNetwork, getNetwork } from '../ipc/ipc.ts';
import type { EditNetwork, NetworkView } from '../ipc/types.ts';
import { t } from '../text/t.ts';

export type Place = 'proxy' | 'ca_file' | 'timeout' | 'form';

/** What is chosen about the network, for one provider or for all (null), while it is looked at. */
export class Choices {
  view = $state<NetworkView | null>(null);
  faults = $state<Partial<Record<Place, string>>>({});
  /** What was saved last. */
  saved = $state<Place | null>(null);
  readonly provider: string | null;

  constructor(provider: string | null) {
    this.provider = provider;
  }

  load(): Promise<void> {
    return this.follow(getNetwork(this.provider));
  }

  /** Shows what a command gives back. */
  async follow(work: Promise<NetworkView>): Promise<void> {
    try {
      this.view = await work;
    } catch (thrown) {
      this.#fail(fault(thrown), 'form');
    }
  }

  /** A fault stays at its field until something else is typed there; what holds stays as it was. */
  async choose(place: Place, change: Omit<EditNetwork, 'provider'>): Promise<boolean> {
    this.touch(place);
    try {
      this.view = await editNetwork({ provider: this.provider, ...change });
      this.saved = place;
      return true;
    } catch (thrown) {
      this.#fail(fault(thrown), place);
      return false;
    }
  }

  /** The path of a file the user names in a native dialog; null when they think better of it. */
  async chooseFile(): Promise<string | null> {
    try {
      return await chooseCaFile();
    } catch (thrown) {
      this.#fail(fault(thrown), 'ca_file');
      return null;
    }
  }

  touch(place: Place): void {
    this.faults[place] = this.faults.form = undefined;
    this.saved = null;
  }

  #fail({ code, field }: Fault, place: Place): void {
    const at = field === 'proxy' || field === 'ca_file' || field === 'timeout' ? field : place;
    this.faults[at] = t(`error.${code}`);
  }
}
