import { Module } from '@nestjs/common';
import { PagesModule } from '../pages/pages.module.ts';
import { AppLinksController } from './app-links.controller.ts';
import { AppShellController } from './app-shell.controller.ts';
import { Shell } from './shell.ts';

/** Serves the app that people install. The app itself is `src/app`. */
@Module({ imports: [PagesModule], controllers: [AppShellController, AppLinksController], providers: [Shell] })
export class AppShellModule {}
