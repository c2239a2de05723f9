/** The sections of Settings, in their order. */
export const sections = [
  'appearance',
  'storage',
  'network',
  'tests',
  'limits',
  'notifications',
  'workspaces',
  'features',
] as const;
export type Section = (typeof sections)[number];

/** Where the window is. The hash keeps it, so that the history of the web view is the app's history. */
export type Route =
  | { page: 'providers' }
  | { page: 'provider'; id: string }
  | { page: 'settings'; section: Section }
  | { page: 'about' }
  | { page: 'tasks' }
  | { page: 'activity' };

export const router = $state<{ route: Route }>({ route: parse(location.hash) });

export function hrefOf(route: Route): string {
  if (route.page === 'provider') return `#/providers/${encodeURIComponent(route.id)}`;
  if (route.page === 'settings') return `#/settings/${route.section}`;
  return `#/${route.page}`;
}

export function go(route: Route): void {
  if (hrefOf(route) !== location.hash) location.hash = hrefOf(route);
}

export function parse(hash: string): Route {
  const [page, rest] = hash.replace(/^#\//, '').split('/');
  if (page === 'providers' && rest) return { page: 'provider', id: decodeURIComponent(rest) };
  if (page === 'settings') return { page: 'settings', section: sections.find((one) => one === rest) ?? 'storage' };
  if (page === 'about' || page === 'tasks' || page === 'activity') return { page };
  return { page: 'providers' };
}

/** Follows the history. A page is shown when what `prepare` promises is there: until then the one before stays. */
export function startRouter(prepare: (route: Route) => Promise<void> | undefined): () => void {
  const follow = () => {
    const hash = location.hash;
    const next = parse(hash);
    const arrive = () => {
      // Gone on meanwhile: another page is on its way.
      if (location.hash === hash) router.route = next;
    };
    const wait = prepare(next);
    if (wait) void wait.then(arrive);
    else arrive();
  };
  follow();
  addEventListener('hashchange', follow);
  return () => removeEventListener('hashchange', follow);
}
