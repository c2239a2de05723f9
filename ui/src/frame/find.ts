import type { Command, Section } from './commands.ts';

/** What matches, best first: every word typed must begin a word of the line, or stand inside it. */
export function find(sections: Section[], query: string): Section[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return sections;
  return sections
    .map(({ title, commands }) => ({ title, ranked: rank(commands, words) }))
    .filter(({ ranked }) => ranked.length > 0)
    .sort((a, b) => (b.ranked[0]?.score ?? 0) - (a.ranked[0]?.score ?? 0))
    .map(({ title, ranked }) => ({ title, commands: ranked.slice(0, 12).map(({ command }) => command) }));
}

function rank(commands: Command[], words: string[]): { command: Command; score: number }[] {
  return commands
    .map((command) => ({ command, score: Math.min(...words.map((word) => score(command, word))) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
}

/** The line's beginning counts most, then a word's beginning, then anywhere, then its other names. */
function score(command: Command, word: string): number {
  const label = command.label.toLowerCase();
  if (label.startsWith(word)) return 4;
  if (label.split(/[\s,]+/).some((part) => part.startsWith(word))) return 3;
  if (label.includes(word)) return 2;
  return command.also?.some((name) => name.toLowerCase().includes(word)) ? 1 : 0;
}
