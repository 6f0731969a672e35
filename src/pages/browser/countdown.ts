/** Seconds before the end at which the page announces the remaining time aloud. */
const LAST_CALL = 30;

export interface Countdown {
  stop(): void;
}

/** `mm:ss`. */
function clockFace(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return [Math.floor(whole / 60), whole % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/**
 * Writes the remaining time into an element four times a second, computed from the service's clock and not from ticks.
 */
export function startCountdown(input: {
  element: HTMLElement;
  until: string;
  now: () => number;
  /** Called once when thirty seconds are left, unless fewer were left from the start. */
  onLastCall?: () => void;
  onEnd?: () => void;
}): Countdown {
  const until = Date.parse(input.until);
  const left = () => (until - input.now()) / 1000;
  let called = left() <= LAST_CALL;
  const tick = () => {
    const seconds = left();
    const face = clockFace(seconds);
    // Writing the same text again would make assistive technology react for nothing.
    if (input.element.textContent !== face) input.element.textContent = face;
    input.element.classList.toggle('urgent', seconds <= LAST_CALL);
    if (seconds <= LAST_CALL && !called) {
      called = true;
      input.onLastCall?.();
    }
    if (seconds <= 0) {
      clearInterval(timer);
      input.onEnd?.();
    }
  };
  const timer = setInterval(tick, 250);
  tick();
  return { stop: () => clearInterval(timer) };
}
