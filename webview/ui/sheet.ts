/**
 * Adds a style sheet to the document. Constructed sheets are what the webview's content security policy lets in
 * without `unsafe-inline`. The returned sheet can be rewritten with `replaceSync`.
 */
export function adoptSheet(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return sheet;
}

/** Adds the style sheets of a view, what it shares with others first: of two rules of one weight the later one holds. */
export function adoptSheets(texts: readonly string[]): void {
  for (const text of texts) adoptSheet(text);
}
