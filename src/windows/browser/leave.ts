/** The destination of a window that has ended. */
export interface Destination {
  windowId: string;
  returnAddress: string;
  returnOrigin: string;
  returnState: string;
}

/**
 * Leaves the window. A popup notifies its opener and closes, a framed window notifies the page around it, and any other
 * window goes to the return address. The message goes only to the registered origin, and holds the id of the window but
 * nothing about the person.
 */
export function leave({ windowId, returnAddress, returnOrigin, returnState }: Destination): void {
  // A flow of the service itself goes on in this window, also where it is a popup.
  if (returnOrigin === '') {
    location.replace(returnAddress);
    return;
  }
  const message = { type: 'pushguard.window', windowId, state: returnState };
  if (self !== top) parent.postMessage(message, returnOrigin);
  else if (isPopup()) {
    const opener = window.opener as Window;
    opener.postMessage(message, returnOrigin);
    window.close();
    // If the browser does not let the page close, the person still returns.
    setTimeout(() => location.replace(returnAddress), 500);
  } else {
    location.replace(returnAddress);
  }
}

/**
 * True if this window was opened as a popup. A tab has an opener too when another site opened it long before; only a
 * separate window, or one without earlier history, was opened for this page.
 */
function isPopup(): boolean {
  const opener = window.opener as Window | null;
  return opener !== null && !opener.closed && (!window.menubar.visible || history.length === 1);
}
