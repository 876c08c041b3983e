/**
 * The page's only script: the copy button, which stays hidden where scripts do not run.
 * From a file the Clipboard API may be missing; then the command is selected, ready for Ctrl-C.
 */
export const copyScript = `
for (const button of document.querySelectorAll('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener('click', async () => {
    let word = 'Copied';
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      getSelection().selectAllChildren(source);
      word = 'Selected: press Ctrl-C';
    }
    button.textContent = word;
    setTimeout(() => { button.textContent = 'Copy'; }, 2500);
  });
}
`;
