import jsQR from 'jsqr';

/** Reads the QR code in a picture; undefined if there is none. Loaded only by browsers that read none themselves. */
export function qrCodeIn({ data, width, height }: ImageData): string | undefined {
  return jsQR(data, width, height, { inversionAttempts: 'dontInvert' })?.data;
}
