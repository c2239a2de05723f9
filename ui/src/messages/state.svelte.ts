import { fault, type Fault } from '../ipc/errors.ts';
import { editMessenger, getMessenger } from '../ipc/routing.ts';
import type { EditMessenger, MessengerView } from '../ipc/types.ts';
import { t } from '../text/t.ts';

export type Place = 'chat_id' | 'server' | 'quiet' | 'token' | 'form';
const places: Place[] = ['chat_id', 'server', 'quiet', 'token'];

/** What is chosen about messages, while it is looked at. */
class Messages {
  view = $state<MessengerView | null>(null);
  faults = $state<Partial<Record<Place, string>>>({});
  /** What was saved last. */
  saved = $state<Place | null>(null);

  #last: Promise<unknown> = Promise.resolve();

  /** What was chosen a moment ago is kept, or refused. */
  settled(): Promise<unknown> {
    return this.#last;
  }

  load(): Promise<boolean> {
    return this.follow(getMessenger(), 'form');
  }

  /** A fault stays at its field until something else is typed there; what holds stays as it was. */
  choose(place: Place, change: EditMessenger): Promise<boolean> {
    this.touch(place);
    const work = this.follow(editMessenger(change), place);
    this.#last = work;
    return work;
  }

  touch(place: Place): void {
    this.faults[place] = this.faults.form = undefined;
    this.saved = null;
  }

  async follow(work: Promise<MessengerView>, place: Place): Promise<boolean> {
    try {
      this.view = await work;
      this.saved = place;
      return true;
    } catch (thrown) {
      this.fail(fault(thrown), place);
      return false;
    }
  }

  fail({ code, field }: Fault, place: Place): void {
    this.faults[places.find((one) => one === field) ?? place] = t(`error.${code}`);
  }
}

export const messages = new Messages();
