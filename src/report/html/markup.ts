/** HTML that is known to be safe: our own, with everything foreign escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Child = Markup | string | number | null | undefined | false | readonly Child[];

/** A template whose every value is escaped unless it is `Markup` itself; so forgetting to escape is not possible. */
export function html(strings: TemplateStringsArray, ...values: Child[]): Markup {
  return new Markup(
    strings.map((text, i) => text + (i < values.length ? escapeChild(values[i]) : '')).join(''),
  );
}

/** For text that this folder has made itself: styles, scripts, drawn charts. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function escapeChild(child: Child): string {
  if (child === null || child === undefined || child === false) return '';
  if (child instanceof Markup) return child.text;
  if (typeof child === 'string' || typeof child === 'number') return escapeHtml(String(child));
  return child.map(escapeChild).join('');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
