import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { ApplyModels, Cause, ModelsView, Outcome, ProviderView } from '../ipc/types.ts';
import { accessible, rust } from '../testing/page.ts';
import { listFailure, listReport, model, modelsView, never } from '../testing/models.ts';
import { key, provider } from '../testing/samples.ts';
import { en } from '../text/en.ts';
import Models from './Models.svelte';
import { whatHappened, whatToDo } from './words.ts';

const work = key('openai', 'Work');
type Answers = Parameters<typeof rust>[0];

function open(view: ModelsView, answers: Answers = {}, part: Partial<ProviderView> = {}) {
  const side = rust({ list_models: () => view, ...answers });
  render(Models, { provider: provider('openai', 'OpenAI', { keys: [work], ...part }) });
  return { ...side, user: userEvent.setup() };
}
const some = () =>
  modelsView(work.id, [model('gpt-4-32k', 'gone'), model('gpt-5'), model('gpt-5-mini', 'new'), model('o3', 'left')]);
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const option = (name: RegExp) => screen.findByRole('option', { name });

test('before the first list it says that nobody is asked yet, and asks by a click', async () => {
  const { user, asked } = open(never(work.id), { fetch_models: () => some() });
  expect(await screen.findByText('Not fetched yet.')).toBeVisible();
  expect(screen.getByText(/api\.openai\.com is asked only when you say so/)).toBeVisible();
  await accessible();
  expect(asked('fetch_models')).toHaveLength(0);
  await user.click(await button('Fetch models of Work'));
  expect(await screen.findByText(/^3, fetched 2 min ago/)).toBeVisible();
  expect(asked('fetch_models')).toMatchObject([{ req: { id: work.id } }]);
  expect(await button('Refresh the models of Work')).toBeVisible();
});

test('what has changed is shown with what may be done about it', async () => {
  const { user, asked } = open(some(), {
    apply_models: () => modelsView(work.id, [model('gpt-5'), model('gpt-5-mini'), model('o3', 'left')]),
  });
  expect(await screen.findByText('1 new, 1 gone')).toBeVisible();
  expect(screen.getByText(/^since (\d+ \w+|\w+ \d+)$/)).toBeVisible();
  const rows = screen.getAllByRole('listitem');
  expect(rows.map((row) => row.textContent)).toEqual([
    expect.stringMatching(/gpt-4-32k.*Gone.*Remove/),
    expect.stringMatching(/gpt-5-mini.*New.*Use/),
  ]);
  await accessible();
  await user.click(await button('Apply all'));
  await waitFor(() => expect(screen.queryByText('1 new, 1 gone')).toBeNull());
  expect(asked('apply_models')).toEqual([{ req: { id: work.id, take: ['gpt-5-mini'], leave: ['gpt-4-32k'] } }]);
});

test('one change can be applied alone, and the rest kept as it is', async () => {
  const { user, asked } = open(some(), { apply_models: () => some() });
  await user.click(await button('Use gpt-5-mini'));
  await user.click(await button('Remove gpt-4-32k'));
  await user.click(await button('Keep as is'));
  await waitFor(() => expect(asked('apply_models')).toHaveLength(3));
  expect(asked('apply_models').map((args) => (args as { req: ApplyModels }).req)).toEqual([
    { id: work.id, take: ['gpt-5-mini'], leave: [] },
    { id: work.id, take: [], leave: ['gpt-4-32k'] },
    { id: work.id, take: ['gpt-4-32k'], leave: ['gpt-5-mini'] },
  ]);
});

test('a row tells what the provider told, and the space bar takes a model out of use', async () => {
  const models = [
    model('a', 'applied', { name: 'A model', context: 131_072, price: { input: 0.075, output: 0.3, currency: 'USD' } }),
    model('b', 'applied', { context: null, price: null }),
    model('c', 'left', { context: 1_048_576, price: { input: 0, output: 0, currency: 'EUR' } }),
  ];
  const { user, asked } = open(modelsView(work.id, models), { apply_models: () => modelsView(work.id, models) });
  expect(await option(/^a A model 131K \$0\.075 \/ \$0\.30$/)).toHaveAttribute('aria-selected', 'true');
  expect(await option(/^b$/)).toBeVisible();
  expect(await option(/^c Left out 1\.05M Free$/)).toHaveAttribute('aria-selected', 'false');
  const list = screen.getByRole('listbox', { name: 'Models that are in use' });
  list.focus();
  await user.keyboard(' ');
  await user.keyboard('{End} ');
  await waitFor(() => expect(asked('apply_models')).toHaveLength(2));
  expect(asked('apply_models')).toEqual([
    { req: { id: work.id, take: [], leave: ['a'] } },
    { req: { id: work.id, take: ['c'], leave: [] } },
  ]);
  expect(list).toHaveAttribute('aria-activedescendant', (await option(/^c/)).id);
});

test('of five thousand models only those in sight are made, and the search looks at all', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => model(`model-${String(i).padStart(4, '0')}`));
  const { user } = open(modelsView(work.id, many));
  expect(await screen.findByText(/^5,000, fetched/)).toBeVisible();
  const options = within(screen.getByRole('listbox')).getAllByRole('option');
  expect(options.length).toBeLessThan(40);
  expect(options[0]).toHaveAttribute('aria-setsize', '5000');
  await accessible();
  await user.type(screen.getByRole('searchbox', { name: 'Find a model' }), '4999');
  expect(await screen.findByText('1 of 5,000')).toBeInTheDocument();
  expect(await option(/^model-4999/)).toBeVisible();
  await user.type(screen.getByRole('searchbox'), 'x');
  expect(await screen.findByText('No model matches.')).toBeVisible();
});

test('the list can be narrowed to what is new', async () => {
  const { user } = open(some());
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Which models are shown' }), 'New, 1');
  await waitFor(() => expect(within(screen.getByRole('listbox')).getAllByRole('option')).toHaveLength(1));
  expect(await option(/^gpt-5-mini New/)).toBeVisible();
});

test('a failure is shown in words, beside the old list and its own time', async () => {
  const failure = listFailure({ outcome: 'rate_limited', page: 2, http_status: 429, detail: 'Slow down.' });
  const failed = modelsView(work.id, [model('gpt-5')], { last_try: listReport({ failure, at: Date.now() }) });
  open(failed);
  expect(await screen.findByText('Too many requests just now.')).toBeVisible();
  expect(screen.getByText(/At page 2/)).toBeVisible();
  expect(screen.getByText(/What is below is the list of (\d+ \w+|\w+ \d+), fetched 2 min ago\./)).toBeVisible();
  expect(screen.getByText('Slow down.')).toBeVisible();
  expect(screen.getByText('429')).toBeVisible();
  expect(await option(/^gpt-5/)).toBeVisible();
  await accessible();
});

test('a first try that failed shows no list', async () => {
  open(
    never(work.id, { last_try: listReport({ failure: listFailure({ outcome: 'wrong_base_url', cause: 'html' }) }) }),
  );
  expect(await screen.findByText(/A web page came back/)).toBeVisible();
  expect(screen.queryByText('Not fetched yet.')).toBeNull();
  expect(screen.queryByRole('listbox')).toBeNull();
  await accessible();
});

test('every outcome has its words', () => {
  const of = { name: 'OpenAI', host: 'api.openai.com' };
  for (const outcome of Object.keys(en.models.what) as Outcome[]) {
    const failure = listFailure({ outcome });
    expect(whatHappened(failure, of)).toMatch(/^[A-Z].*\.$|^api\.openai/);
    expect(whatToDo(failure)).toMatch(/\.$/);
  }
  for (const cause of Object.keys(en.cause.what) as Cause[]) {
    expect(whatHappened(listFailure({ cause }), of)).not.toMatch(/1 MiB|\{|test/);
  }
});

test('pages are counted while they come, and Cancel ends it', async () => {
  let told: (at: { pages: number; models: number }) => void = () => undefined;
  let end: (thrown: unknown) => void = () => undefined;
  const { user, asked } = open(never(work.id), {
    fetch_models: ({ progress }: { progress: { onmessage: typeof told } }) => {
      told = (at) => progress.onmessage(at);
      return new Promise((_, reject) => (end = reject));
    },
  });
  await user.click(await button('Fetch models of Work'));
  expect(await screen.findByText('Fetching…')).toBeVisible();
  told({ pages: 3, models: 1500 });
  expect(await screen.findByText('Page 3, 1,500 so far')).toBeVisible();
  await accessible();
  await user.click(await button('Cancel fetching the models of Work'));
  await waitFor(() => expect(asked('cancel_test')).toHaveLength(1));
  end({ code: 'cancelled', message: '' });
  expect(await button('Fetch models of Work')).toBeVisible();
  expect(screen.getByText('Not fetched yet.')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a provider that lists none says so and has no button', async () => {
  open(never(work.id, { listable: false }));
  expect(await screen.findByText(/OpenAI does not list its models/)).toBeVisible();
  expect(screen.queryByRole('button')).toBeNull();
  await accessible();
});

test('an empty list is one, and a public one says nothing of the key', async () => {
  open(modelsView(work.id, [], { public: true, last_try: listReport({ models: 0, refused: 2 }) }));
  expect(await screen.findByText('api.openai.com lists no models for this key.')).toBeVisible();
  expect(screen.getByText(/The same list for everybody/)).toBeVisible();
  expect(screen.getByText(/2 entries were left out/)).toBeVisible();
});

test('of several keys the one is shown that was chosen', async () => {
  const home = key('openai', 'Home');
  const { user, asked } = open(
    some(),
    { list_models: ({ id }: { id: string }) => ({ ...some(), key_id: id }) },
    {
      keys: [home, work],
    },
  );
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Key whose models are shown' }), 'Work');
  expect(await button('Refresh the models of Work')).toBeVisible();
  expect(asked('list_models')).toEqual([{ id: home.id }, { id: work.id }]);
});

test('a key that is off is not asked with', async () => {
  const { user, asked } = open(never(work.id), {}, { keys: [{ ...work, enabled: false }] });
  await user.click(await button('Fetch models of Work'));
  expect(asked('fetch_models')).toHaveLength(0);
});

test('what fails here is told here', async () => {
  const broken = () => Promise.reject({ code: 'store_busy', message: '' } as unknown as Error);
  open(some(), { list_models: broken });
  expect(await screen.findByRole('alert')).toHaveTextContent('Another Keystead is writing');
  expect(within(document.body).queryByRole('listbox')).toBeNull();
});

test('a list of another host says whose it is', async () => {
  open(modelsView(work.id, [model('gpt-5')], { from_host: 'gateway.example' }));
  expect(await screen.findByText(/This list is from gateway\.example/)).toBeVisible();
});
