import type { Component } from 'svelte';
import type { Overlay } from '../state/overlay.svelte.ts';
import type { Route } from '../state/router.svelte.ts';

type Load<Props> = () => Promise<{ default: Component<Props & object> }>;

/** A part of the window whose code is not needed for the first look at it. */
export class Part<Props> {
  component = $state.raw<Component<Record<string, unknown>> | null>(null);
  failed = $state(false);
  readonly #load: Load<Props>;
  #loading: Promise<void> | null = null;

  constructor(load: Load<Props>) {
    this.#load = load;
  }

  /** Resolves when the part is there, or is known to be missing: it never throws. */
  load(): Promise<void> {
    this.#loading ??= this.#load().then(
      (module) => {
        this.component = module.default as Component<Record<string, unknown>>;
        this.failed = false;
      },
      () => {
        this.failed = true;
        this.#loading = null;
      },
    );
    return this.#loading;
  }
}

type PageParts = { [R in Route as Exclude<R['page'], 'providers'>]: Part<Omit<R, 'page'>> };
type DialogParts = { [O in Overlay as O['is']]: Part<Omit<O, 'is'>> };

/** Every page but the first. Its parameters are its properties. */
export const pages: PageParts = {
  provider: new Part(() => import('../provider/ProviderPage.svelte')),
  settings: new Part(() => import('../settings/SettingsPage.svelte')),
  tasks: new Part(() => import('../tasks/TasksPage.svelte')),
  activity: new Part(() => import('../activity/ActivityPage.svelte')),
  about: new Part(() => import('../about/AboutPage.svelte')),
};

/** Every dialog. What it is opened with is its properties. */
export const dialogs: DialogParts = {
  add: new Part(() => import('../addkey/AddKeyDialog.svelte')),
  configure: new Part(() => import('../configure/ConfigureDialog.svelte')),
  palette: new Part(() => import('./Palette.svelte')),
  shortcuts: new Part(() => import('./Shortcuts.svelte')),
  rename: new Part(() => import('../provider/RenameKey.svelte')),
  'remove-key': new Part(() => import('../provider/RemoveKey.svelte')),
  'paid-test': new Part(() => import('../provider/PaidTest.svelte')),
  'remove-provider': new Part(() => import('../provider/RemoveProvider.svelte')),
  'remove-header': new Part(() => import('../provider/custom/RemoveHeader.svelte')),
  'create-file': new Part(() => import('../vault/CreateFile.svelte')),
  'unlock-file': new Part(() => import('../vault/UnlockFile.svelte')),
  'change-passphrase': new Part(() => import('../vault/ChangePassphrase.svelte')),
  'use-session': new Part(() => import('../vault/UseSession.svelte')),
  task: new Part(() => import('../tasks/TaskDialog.svelte')),
  'remove-task': new Part(() => import('../tasks/RemoveTask.svelte')),
  'choose-model': new Part(() => import('../tasks/ChooseModel.svelte')),
  use: new Part(() => import('../use/UseDialog.svelte')),
  'remove-keys': new Part(() => import('../use/RemoveKeys.svelte')),
  limit: new Part(() => import('../limits/LimitDialog.svelte')),
  'remove-workspace': new Part(() => import('../workspaces/RemoveWorkspace.svelte')),
  move: new Part(() => import('../vault/MoveKeys.svelte')),
  'proxy-login': new Part(() => import('../network/Login.svelte')),
  'bot-token': new Part(() => import('../messages/TokenDialog.svelte')),
  'forget-bot': new Part(() => import('../messages/ForgetBot.svelte')),
  'delete-leftovers': new Part(() => import('../settings/DeleteLeftovers.svelte')),
};

export const partOf = (route: Route) => (route.page === 'providers' ? null : pages[route.page]);

/** What must be there before a route is shown; nothing to wait for: undefined. */
export function prepare(route: Route): Promise<void> | undefined {
  const part = partOf(route);
  return part && !part.component ? part.load() : undefined;
}

/** Fetches everything, one after the other, so that nobody waits for it later. */
export async function loadAll(): Promise<void> {
  for (const part of [...Object.values(pages), ...Object.values(dialogs)]) await part.load();
}

/** The same, once the first view has been painted. */
export function loadRest(): void {
  requestAnimationFrame(() => setTimeout(() => void loadAll()));
}
