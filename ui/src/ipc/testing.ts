// For tests and for the page under dev/: a Rust side made of functions.
export { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
