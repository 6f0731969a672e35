import { make } from '../../pages/browser/element.ts';
import { faultLine, screen, type Display } from '../screens/display.ts';
import type * as scanner from '../scanner.ts';
import { words } from '../words/words.ts';

/** Milliseconds between two looks at the picture: fast enough for a hand, slow enough for an old phone. */
const LOOK_MS = 200;

type Scanner = typeof scanner;

/** Reads the QR code in the picture of a camera; undefined while there is none. */
type Reader = (video: HTMLVideoElement) => Promise<string | undefined>;

/** What Chromium on phones has, and TypeScript does not know. */
interface BarcodeDetector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type BarcodeDetectorKind = (new (options: { formats: string[] }) => BarcodeDetector) & {
  getSupportedFormats(): Promise<string[]>;
};

/**
 * Shows the picture of the camera until a QR code in it can be read. `decoder` is the address of the script for browsers
 * that read none themselves.
 */
export async function scanQrCode(
  display: Display,
  to: { read: (text: string) => string | undefined; back: () => void },
  decoder: string,
): Promise<void> {
  const { title, text, starting, video: label, refused, failed } = words.scan;
  const video = make('video', { class: 'camera', muted: true, playsinline: true, 'aria-label': label });
  const said = make('p', { class: 'hint', role: 'status' }, starting);
  const fault = faultLine();
  let left: AbortSignal | undefined;
  display.show((signal) => {
    left = signal;
    return screen({ title, text, kind: 'scan', back: to.back }, video, said, fault);
  });
  const stream = await navigator.mediaDevices
    .getUserMedia({ video: { facingMode: 'environment' } })
    .catch(() => undefined);
  if (!stream) {
    said.textContent = '';
    fault.textContent = refused;
    return;
  }
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  // The person went back while the browser asked for the camera.
  if (left?.aborted) {
    stop();
    return;
  }
  left?.addEventListener('abort', stop);
  video.srcObject = stream;
  const read = await video
    .play()
    .then(() => readerOf(decoder))
    .catch(() => undefined);
  said.textContent = '';
  if (!read) {
    // The decoder did not load, or the camera shows nothing.
    stop();
    if (!left?.aborted) fault.textContent = failed;
    return;
  }
  while (!left?.aborted) {
    const seen = await read(video).catch(() => undefined);
    if (left?.aborted) return;
    if (seen !== undefined && seen !== '') {
      const wrong = to.read(seen);
      if (wrong === undefined) return;
      if (fault.textContent !== wrong) fault.textContent = wrong;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function readerOf(decoder: string): Promise<Reader> {
  const Detector = (globalThis as { BarcodeDetector?: BarcodeDetectorKind }).BarcodeDetector;
  if (Detector && (await Detector.getSupportedFormats()).includes('qr_code')) {
    const detector = new Detector({ formats: ['qr_code'] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  const { qrCodeIn } = (await import(decoder)) as Scanner;
  const canvas = new OffscreenCanvas(0, 0);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!context || width === 0) return Promise.resolve(undefined);
    [canvas.width, canvas.height] = [width, height];
    context.drawImage(video, 0, 0);
    return Promise.resolve(qrCodeIn(context.getImageData(0, 0, width, height)));
  };
}
