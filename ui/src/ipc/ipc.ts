// The table of contents of the app: one line per command of the Rust side. Nothing here ever returns a secret.
import { Channel } from '@tauri-apps/api/core';
import { invoke } from './calls.ts';
import type {
  AboutView,
  AddConfigured,
  AddKey,
  AdoptVariable,
  Adoption,
  ApplyModels,
  BaseUrlView,
  CheckBaseUrl,
  ConsentView,
  DraftView,
  EditConfigured,
  EditNetwork,
  EditProvider,
  EditSettings,
  EnableKey,
  FetchModels,
  GiveConsent,
  KeyView,
  KnownVariable,
  ListProgress,
  ModelsView,
  MoveKeys,
  MoveView,
  NetworkView,
  OpenLink,
  ProviderView,
  RemoveHeader,
  RenameKey,
  ReplaceKey,
  Retested,
  SetConfiguration,
  SetDialect,
  SetHeader,
  SetModels,
  SetUrl,
  Settings,
  StorageCheck,
  TestConfigured,
  TestDialect,
  TestDraft,
  TestKey,
  TestReport,
  TryRegion,
  UseRegion,
  UseVault,
  VariableView,
  VaultView,
} from './types.ts';

export const listProviders = () => invoke<ProviderView[]>('list_providers');
export const editProvider = (req: EditProvider) => invoke<ProviderView>('edit_provider', { req });
export const removeProvider = (id: string) => invoke<null>('remove_provider', { id });
export const checkBaseUrl = (req: CheckBaseUrl) => invoke<BaseUrlView>('check_base_url', { req });

export const setDialect = (req: SetDialect) => invoke<ProviderView>('set_dialect', { req });
export const setUrl = (req: SetUrl) => invoke<ProviderView>('set_url', { req });
export const setHeader = (req: SetHeader) => invoke<ProviderView>('set_header', { req });
export const removeHeader = (req: RemoveHeader) => invoke<ProviderView>('remove_header', { req });
export const setConfiguration = (req: SetConfiguration) => invoke<ProviderView>('set_configuration', { req });
export const setModels = (req: SetModels) => invoke<ProviderView>('set_models', { req });

/** The places where a typed secret leaves the page: raw bytes, once. */
export const draftKey = (bytes: Uint8Array) => invoke<DraftView>('draft_key', bytes);
export const draftHeader = (bytes: Uint8Array) => invoke<DraftView>('draft_header', bytes);
export const pasteKey = () => invoke<DraftView>('paste_key');
export const discardDraft = (id: string) => invoke<null>('discard_draft', { id });

export const addKey = (req: AddKey) => invoke<KeyView>('add_key', { req });
export const renameKey = (req: RenameKey) => invoke<KeyView>('rename_key', { req });
export const replaceKey = (req: ReplaceKey) => invoke<KeyView>('replace_key', { req });
export const enableKey = (req: EnableKey) => invoke<KeyView>('enable_key', { req });
export const removeKey = (id: string) => invoke<null>('remove_key', { id });
export const copyKey = (id: string) => invoke<null>('copy_key', { id });
export const adoptVariable = (req: AdoptVariable) => invoke<KeyView>('adopt_variable', { req });
export const confirmVariable = (id: string) => invoke<KeyView>('confirm_variable', { id });
export const useRegion = (req: UseRegion) => invoke<KeyView>('use_region', { req });
export const knownVariables = () => invoke<KnownVariable[]>('known_variables');
export const revealKey = (id: string) => invoke<null>('reveal_key', { id });

export const addConfigured = (req: AddConfigured) => invoke<KeyView>('add_configured', { req });
export const editConfigured = (req: EditConfigured) => invoke<KeyView>('edit_configured', { req });
export const testConfigured = (req: TestConfigured) => invoke<TestReport>('test_configured', { req });
/** Rust asks for a file and reads it; null: none was chosen. */
export const chooseKeyFile = () => invoke<DraftView | null>('choose_key_file');
export const checkVariable = (name: string) => invoke<VariableView>('check_variable', { name });

export const testDraft = (req: TestDraft) => invoke<TestReport>('test_draft', { req });
export const testKey = (req: TestKey) => invoke<TestReport>('test_key', { req });
export const tryRegion = (req: TryRegion) => invoke<TestReport>('try_region', { req });
export const testDialect = (req: TestDialect) => invoke<TestReport>('test_dialect', { req });
/** What the schedule has tested by now; nothing when it is off. */
export const retestDue = () => invoke<Retested[]>('retest_due');
/** Sends and shows what is to be told by now; false: this desktop shows nothing. */
export const messagesDue = () => invoke<boolean>('messages_due');
export const cancelTest = (run: string) => invoke<null>('cancel_test', { run });

export const listModels = (id: string) => invoke<ModelsView>('list_models', { id });
/** Ended by `cancelTest` with its run. */
export const fetchModels = (req: FetchModels, told: (at: ListProgress) => void) =>
  invoke<ModelsView>('fetch_models', { req, progress: new Channel<ListProgress>(told) });
export const applyModels = (req: ApplyModels) => invoke<ModelsView>('apply_models', { req });

export const vaultStatus = () => invoke<VaultView>('vault_status');
export const unlockVault = () => invoke<VaultView>('unlock_vault');
export const createKeyring = () => invoke<VaultView>('create_keyring');
export const proveVault = () => invoke<VaultView>('prove_vault');
export const useVault = (req: UseVault) => invoke<VaultView>('use_vault', { req });
/** A typed passphrase leaves the page here and below: raw bytes, once. */
export const createFileVault = (bytes: Uint8Array) => invoke<VaultView>('create_file_vault', bytes);
export const unlockFileVault = (bytes: Uint8Array) => invoke<VaultView>('unlock_file_vault', bytes);
export const lockFileVault = () => invoke<VaultView>('lock_file_vault');
/** The old one's length in 4 bytes, big endian; the old one; the new one. */
export const changePassphrase = (bytes: Uint8Array) => invoke<null>('change_passphrase', bytes);
export const moveKeys = (req: MoveKeys) => invoke<MoveView>('move_keys', { req });
export const stopMoving = () => invoke<VaultView>('stop_moving');
export const checkStorage = () => invoke<StorageCheck>('check_storage');
export const adoptLeftovers = (entries: string[]) => invoke<Adoption>('adopt_leftovers', { entries });
export const deleteLeftovers = (entries: string[]) => invoke<number>('delete_leftovers', { entries });

/** Of one provider, or of all: null. */
export const getNetwork = (provider: string | null) => invoke<NetworkView>('get_network', { provider });
export const editNetwork = (req: EditNetwork) => invoke<NetworkView>('edit_network', { req });
/** Its path; what is in it is for Rust to read. Null: none was chosen. */
export const chooseCaFile = () => invoke<string | null>('choose_ca_file');
/** A proxy's user name and password leave the page here: raw bytes, once. */
export const keepProxyLogin = (bytes: Uint8Array) => invoke<NetworkView>('keep_proxy_login', bytes);
export const forgetProxyLogin = (provider: string | null) => invoke<NetworkView>('forget_proxy_login', { provider });
export const listConsents = () => invoke<ConsentView[]>('list_consents');
export const giveConsent = (req: GiveConsent) => invoke<ConsentView[]>('give_consent', { req });
export const revokeConsent = (origin: string) => invoke<ConsentView[]>('revoke_consent', { origin });

export const getSettings = () => invoke<Settings>('get_settings');
export const saveSettings = (req: EditSettings) => invoke<Settings>('save_settings', { req });
export const about = () => invoke<AboutView>('about');
export const openLink = (req: OpenLink) => invoke<null>('open_link', { req });
export const copyText = (text: string) => invoke<null>('copy_text', { text });
/** A new process for the page, which begins anew in it: what was typed in secret is gone with the old one. */
export const renewPage = () => invoke<null>('renew_page');
