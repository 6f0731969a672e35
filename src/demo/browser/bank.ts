import { copyOnPress } from '../../pages/browser/copy.ts';
import { readPastedCode } from '../../pages/browser/typed-fields.ts';
import { showPhoneBeside } from '../../pages/browser/phone-beside.ts';
import { refreshServerLog } from './server-log.ts';

showPhoneBeside();
const code = document.querySelector<HTMLInputElement>('#code');
if (code) readPastedCode(code, 8);
copyOnPress();
void refreshServerLog();
