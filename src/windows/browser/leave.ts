/** Where a window goes when it has ended. */
export interface Destination {
  windowId: string;
  returnAddress: string;
  returnOrigin: string;
  returnState: string;
}

/**
 * Leaves: a window that a page opened tells that page and closes, one in a frame tells the page around it, any other
 * goes to the return address. The message is
 * sent to the registered origin alone, and says which window has ended and nothing about whom.
 */
export function leave({ windowId, returnAddress, returnOrigin, returnState }: Destination): void {
  const message = { type: 'pushguard.window', windowId, state: returnState };
  if (self !== top) parent.postMessage(message, returnOrigin);
  else if (isPopup()) {
    const opener = window.opener as Window;
    opener.postMessage(message, returnOrigin);
    window.close();
    // A browser that does not let the page close still has to get the person back.
    setTimeout(() => location.replace(returnAddress), 500);
  } else {
    location.replace(returnAddress);
  }
}

/**
 * A tab has an opener too when some other site once opened it, long before the relying party's page was there; only
 * a window of its own, or one that has shown nothing else, was opened for us.
 */
function isPopup(): boolean {
  const opener = window.opener as Window | null;
  return opener !== null && !opener.closed && (!window.menubar.visible || history.length === 1);
}
