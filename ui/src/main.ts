import { mount } from 'svelte';
import App from './App.svelte';
import { loadSettings } from './state/settings.svelte.ts';
import { locale } from './text/index.ts';
import './styles/index.css';

document.documentElement.lang = locale;
// The chosen colours come first, so that the window does not change them in front of the user; but it never waits long.
await Promise.race([loadSettings(), new Promise((resolve) => setTimeout(resolve, 250))]);
mount(App, { target: document.body });
