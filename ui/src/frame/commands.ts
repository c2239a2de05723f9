import type { IconName } from '../controls/icons.ts';
import { copyKey } from '../ipc/ipc.ts';
import { fault } from '../ipc/errors.ts';
import type { KeyView, ProviderView } from '../ipc/types.ts';
import { isYours } from '../state/catalogue.svelte.ts';
import { testEverything, testProvider } from '../state/batch.svelte.ts';
import { show } from '../state/overlay.svelte.ts';
import { go, sections as places } from '../state/router.svelte.ts';
import { settings } from '../state/settings.svelte.ts';
import { tell } from '../state/toast.svelte.ts';
import { summarise } from '../providers/summary.ts';
import { wait } from '../text/format.ts';
import { t } from '../text/t.ts';
import { shortcut } from './keyboard.ts';

/** One line of the palette. */
export type Command = {
  id: string;
  label: string;
  icon: IconName | ProviderView;
  note?: string;
  keys?: string;
  /** Other words it is found by. */
  also?: string[];
  run: () => void;
};

export type Section = { title: string; commands: Command[] };

/** Everything the palette can do. With nothing typed it shows the pages and what is yours. */
export function sections(all: ProviderView[], typed: boolean): Section[] {
  const mine = all.filter(isYours);
  const addable = typed ? all : [];
  const there = { title: t('palette.goTo'), commands: typed ? [...pages(), ...settingsPages()] : pages() };
  const things = [
    { title: t('palette.providers'), commands: mine.map(open) },
    { title: t('palette.keys'), commands: [...testing(mine), ...mine.flatMap(copies), ...addable.map(add)] },
  ];
  return (typed ? [...things, there] : [there, ...things]).filter((section) => section.commands.length > 0);
}

function pages(): Command[] {
  return [
    {
      id: 'providers',
      label: t('frame.providers'),
      icon: 'key',
      keys: shortcut('1'),
      run: () => go({ page: 'providers' }),
    },
    { id: 'tasks', label: t('frame.tasks'), icon: 'route', keys: shortcut('2'), run: () => go({ page: 'tasks' }) },
    {
      id: 'activity',
      label: t('frame.activity'),
      icon: 'clock',
      keys: shortcut('3'),
      run: () => go({ page: 'activity' }),
    },
    {
      id: 'settings',
      label: t('frame.settings'),
      icon: 'sliders',
      keys: shortcut('4'),
      run: () => go({ page: 'settings', section: 'storage' }),
    },
    { id: 'about', label: t('frame.about'), icon: 'info', run: () => go({ page: 'about' }) },
    { id: 'shortcuts', label: t('palette.shortcuts'), icon: 'info', keys: '?', run: () => show({ is: 'shortcuts' }) },
  ];
}

function settingsPages(): Command[] {
  return places.map((section) => ({
    id: `settings ${section}`,
    label: t('palette.setting', { name: t(`settings.${section}`) }),
    icon: 'sliders',
    run: () => go({ page: 'settings', section }),
  }));
}

function open(provider: ProviderView): Command {
  const note = summarise(provider, Date.now()).badge.word;
  const run = () => go({ page: 'provider', id: provider.id });
  return { id: `open ${provider.id}`, label: provider.name, icon: provider, note, also: provider.aliases, run };
}

function testing(mine: ProviderView[]): Command[] {
  const any: Command = {
    id: 'add',
    label: t('palette.addKey'),
    icon: 'plus',
    keys: shortcut('N'),
    run: () => show({ is: 'add', target: { is: 'any' } }),
  };
  if (mine.length === 0) return [any];
  const everything = {
    id: 'test all',
    label: t('palette.testAll'),
    icon: 'check',
    run: () => void testEverything(mine),
  };
  const each = mine.map((provider): Command => ({
    id: `test ${provider.id}`,
    label: t('palette.test', { name: provider.name }),
    icon: provider,
    also: provider.aliases,
    run: () => void testProvider(provider),
  }));
  return [any, everything as Command, ...each];
}

function copies(provider: ProviderView): Command[] {
  return provider.keys
    .filter((key) => key.source === 'vault')
    .map((key) => ({
      id: `copy ${key.id}`,
      label: t('palette.copy', { provider: provider.name, name: key.name }),
      icon: 'copy',
      note: key.hint?.tail ? `…${key.hint.tail}` : undefined,
      also: provider.aliases,
      run: () => void copy(key),
    }));
}

function add(provider: ProviderView): Command {
  return {
    id: `add ${provider.id}`,
    label: t('palette.add', { name: provider.name }),
    icon: 'plus',
    also: [...provider.aliases, provider.host],
    run: () => show({ is: 'add', target: { is: 'provider', provider } }),
  };
}

/** To the clipboard, from Rust. */
export async function copy(key: KeyView): Promise<void> {
  try {
    await copyKey(key.id);
    tell(t('key.copied', { time: wait(settings.now.clipboard_s) }));
  } catch (thrown) {
    tell(t(`error.${fault(thrown).code}`));
  }
}
