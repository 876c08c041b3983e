/** The text that a reader sees, with every run of white space as one space. */
export function words(page: string): string {
  return page
    .replace(/<(style|script|svg)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/ ([.,;:])/g, '$1');
}
