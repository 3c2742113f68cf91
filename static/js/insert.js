// Puts a value where a text is being written, in place of what is selected there; then selects from one place to another.
export function put(text, value, from, to) {
  text.focus();
  // The only way the browser's own undo knows of; it is old, so not everywhere for ever.
  if (!document.execCommand?.("insertText", false, value)) text.setRangeText(value, text.selectionStart, text.selectionEnd, "end");
  if (from !== undefined) text.setSelectionRange(from, to ?? from);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}
