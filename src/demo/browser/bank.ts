import { copyOnPress } from '../../pages/browser/copy.ts';
import { showPhoneBeside } from '../../pages/browser/phone-beside.ts';

showPhoneBeside();
copyOnPress();
