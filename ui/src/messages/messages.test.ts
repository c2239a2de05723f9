import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { EditMessenger, MessageTry, MessengerView } from '../ipc/types.ts';
import Overlays from '../frame/Overlays.svelte';
import SettingsPage from '../settings/SettingsPage.svelte';
import { overlay } from '../state/overlay.svelte.ts';
import { desktop } from '../state/schedule.svelte.ts';
import { settings, usual } from '../state/settings.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { messageTry, messengerView } from '../testing/samples.ts';
import { messages } from './state.svelte.ts';

type Answers = Parameters<typeof rust>[0];
const refuse = (code: string, field?: string) => () => Promise.reject({ code, message: '', field } as unknown as Error);

beforeEach(() => {
  Object.assign(overlay, { open: null, over: null });
  Object.assign(messages, { view: null, faults: {}, saved: null });
  settings.now = usual;
  desktop.silent = false;
});

async function open(view: MessengerView, answers: Answers = {}) {
  let now = view;
  const edit = ({ req }: { req: EditMessenger }) => (now = { ...now, ...req } as MessengerView);
  const told = rust({ get_messenger: () => now, edit_messenger: edit, ...answers });
  render(SettingsPage, { section: 'notifications' });
  render(Overlays);
  await screen.findByRole('heading', { name: 'Telegram' });
  return told;
}

test('without a bot everything is off and says what is missing', async () => {
  const { asked } = await open(messengerView({ configured: false, bot: 'none', hint: null, chat_id: null }), {
    send_test_message: refuse('token_missing', 'token'),
  });
  expect(screen.getByText(/@BotFather in Telegram gives one/)).toBeVisible();
  await accessible();
  await userEvent.click(screen.getByRole('button', { name: 'Send a test message' }));
  expect(await screen.findByText('Enter the bot’s token first.')).toBeVisible();
  expect(asked('send_test_message')).toHaveLength(1);
});

test('a token is typed once, kept outside the page, and what is wrong with it stands at its field', async () => {
  let wrong = true;
  const { asked } = await open(messengerView({ configured: false, bot: 'none', hint: null }), {
    keep_bot_token: () => (wrong ? refuse('token_invalid', 'token')() : messengerView()),
  });
  await userEvent.click(screen.getByRole('button', { name: 'Enter…' }));
  const dialog = await screen.findByRole('dialog');
  expect(within(dialog).getByText('It goes to api.telegram.org and nowhere else.')).toBeVisible();
  const field = within(dialog).getByLabelText('Bot token');
  await userEvent.type(field, 'nonsense');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
  expect(await within(dialog).findByText(/This is no bot’s token/)).toBeVisible();
  expect(field).toHaveValue('nonsense');
  await accessible(dialog);
  wrong = false;
  await userEvent.clear(field);
  await userEvent.type(field, '123456:ABC');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(screen.getByRole('button', { name: 'Replace…' })).toBeVisible();
  expect(new TextDecoder().decode(asked('keep_bot_token')[1] as Uint8Array)).toBe('123456:ABC');
});

test.each<[string, Partial<MessageTry>, RegExp]>([
  ['sent', {}, /: Sent\./],
  [
    'rejected',
    { outcome: 'token_rejected', detail: 'Unauthorized' },
    /knows no bot of this token.*It says: Unauthorized/,
  ],
  ['no chat', { outcome: 'chat_not_found' }, /knows no such chat/],
  ['blocked', { outcome: 'blocked' }, /was blocked/],
  ['too many', { outcome: 'too_many', retry_after_s: 17 }, /Too many messages.*wait 17 seconds/],
  ['nobody', { outcome: 'unreachable', cause: 'refused' }, /No answer\. Connection refused/],
  ['down', { outcome: 'telegram_down' }, /fault of its own/],
  ['odd', { outcome: 'odd' }, /not one of the Bot API’s/],
])('a test message is answered with the truth: %s', async (_, part, words) => {
  let last: MessageTry | null = null;
  await open(messengerView(), {
    get_messenger: () => messengerView({ last }),
    send_test_message: () => (last = messageTry(part)),
  });
  expect(screen.getByText('Nothing was sent yet.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Send a test message' }));
  expect(await screen.findByText(words)).toBeVisible();
});

test('a chat is saved when its field is left, and a wrong one stays in it with the reason', async () => {
  const { asked } = await open(messengerView(), { edit_messenger: refuse('chat_id_invalid', 'chat_id') });
  const field = screen.getByLabelText('Chat');
  await userEvent.clear(field);
  await userEvent.type(field, 'everybody{Enter}');
  expect(await screen.findByText(/Enter the chat’s number/)).toBeVisible();
  expect(field).toHaveValue('everybody');
  expect(asked('edit_messenger')).toEqual([{ req: { chat_id: 'everybody' } }]);
  await accessible();
});

test('what is told and when not is chosen, and what waits says for what', async () => {
  const until = new Date(2030, 0, 1, 7).getTime();
  const waiting = messengerView({ waiting: 2, waits_for: { kind: 'quiet', until }, failed: 1 });
  const { asked } = await open(waiting);
  expect(screen.getByText('2 messages wait until quiet hours end at 07:00.')).toBeVisible();
  expect(screen.getByText(/1 message was given up/)).toBeVisible();
  await userEvent.click(screen.getByRole('checkbox', { name: 'A key works again' }));
  await userEvent.click(screen.getByRole('switch', { name: 'Quiet hours' }));
  await userEvent.selectOptions(await screen.findByLabelText('Quiet from'), '23:00');
  expect(asked('edit_messenger')).toEqual([
    { req: { events: ['key_refused', 'out_of_credit', 'credit_low', 'last_day', 'models_gone'] } },
    { req: { quiet: { from: 22, to: 7 } } },
    { req: { quiet: { from: 23, to: 7 } } },
  ]);
  await accessible();
});

test('a desktop without notifications says so', async () => {
  const { asked } = await open(messengerView(), {
    show_test_notice: refuse('notification_failed'),
    save_settings: () => ({ ...usual, notifications: true }),
  });
  await userEvent.click(screen.getByRole('switch', { name: 'Desktop notifications' }));
  expect(asked('save_settings')).toEqual([{ req: { notifications: true } }]);
  await userEvent.click(screen.getByRole('button', { name: 'Show a test notification' }));
  expect(await screen.findByText('This desktop shows no notifications.')).toBeVisible();
});

test('a bot is forgotten only after a question', async () => {
  const none = messengerView({ configured: false, bot: 'none', hint: null, chat_id: null });
  const { asked } = await open(messengerView(), { forget_messenger: () => none });
  await userEvent.click(screen.getByRole('button', { name: 'Forget…' }));
  const dialog = await screen.findByRole('dialog');
  await accessible(dialog);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Forget the bot' }));
  expect(await screen.findByText(/None yet/)).toBeVisible();
  expect(asked('forget_messenger')).toHaveLength(1);
});

test('what is typed while an answer is on its way stays, and is saved before a test message goes out', async () => {
  const order: string[] = [];
  let now = messengerView();
  const { asked } = await open(now, {
    get_messenger: () => now,
    edit_messenger: async ({ req }: { req: EditMessenger }) => {
      await new Promise((done) => setTimeout(done, 50));
      order.push(`chat ${req.chat_id ?? 'none'}`);
      return (now = { ...now, ...req } as MessengerView);
    },
    send_test_message: () => {
      order.push('test');
      return messageTry();
    },
  });
  const field = screen.getByLabelText('Chat');
  await userEvent.clear(field);
  await userEvent.tab();
  await userEvent.type(field, '777');
  await new Promise((done) => setTimeout(done, 80));
  expect(field).toHaveValue('777');
  await userEvent.click(screen.getByRole('button', { name: 'Send a test message' }));
  await waitFor(() => expect(asked('send_test_message')).toHaveLength(1));
  expect(order).toEqual(['chat none', 'chat 777', 'test']);
});
