import type { PromptSetContract } from '../../src/shared/promptSetView.ts';
import { openHost } from '../ui/host.ts';
import { registerToolkit } from '../ui/toolkit.ts';
import { PromptSetApp } from './app.ts';

registerToolkit();
const app = new PromptSetApp(openHost<PromptSetContract>());
void app.start();
