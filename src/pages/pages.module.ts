import { Module } from '@nestjs/common';
import { AssetsController } from './assets.controller.ts';
import { Assets } from './assets.ts';

/** The kit with which every room builds its pages. */
@Module({ controllers: [AssetsController], providers: [Assets], exports: [Assets] })
export class PagesModule {}
