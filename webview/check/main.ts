import type { CheckContract } from '../../src/shared/checkView.ts';
import { openHost } from '../ui/host.ts';
import { registerToolkit } from '../ui/toolkit.ts';
import { CheckApp } from './app.ts';

registerToolkit();
const app = new CheckApp(openHost<CheckContract>());
void app.start();
