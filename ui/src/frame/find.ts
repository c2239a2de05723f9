import type { Command, Section } from './commands.ts';

/** Lines of a section: whoever has thousands of keys types. */
const MOST = 12;

/** What matches, best first: every word typed must begin a word of the line, or stand inside it. */
export function find(sections: Section[], query: string): Section[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return sections.map(({ title, commands }) => ({ title, commands: commands.slice(0, MOST) }));
  return sections
    .map(({ title, commands }) => ({ title, ranked: rank(commands, words) }))
    .filter(({ ranked }) => ranked.length > 0)
    .sort((a, b) => (b.ranked[0]?.score ?? 0) - (a.ranked[0]?.score ?? 0))
    .map(({ title, ranked }) => ({ title, commands: ranked.slice(0, MOST).map(({ command }) => command) }));
}

function rank(commands: Command[], words: string[]): { command: Command; score: number }[] {
  const ranked = [];
  for (const command of commands) {
    const label = command.label.toLowerCase();
    let least = 4;
    for (const word of words) {
      least = Math.min(least, score(label, command, word));
      if (least === 0) break;
    }
    if (least > 0) ranked.push({ command, score: least });
  }
  return ranked.sort((a, b) => b.score - a.score);
}

/** The line's beginning counts most, then a word's beginning, then anywhere, then its other names. */
function score(label: string, command: Command, word: string): number {
  const at = label.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return label.includes(` ${word}`) || label.includes(`,${word}`) ? 3 : 2;
  return command.also?.some((name) => name.toLowerCase().includes(word)) ? 1 : 0;
}
