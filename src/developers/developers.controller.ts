import { Controller, Get, Param, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.ts';
import { PageProblemFilter } from '../customers/pages/page-problem.filter.ts';
import { Problem } from '../domain/problem.ts';
import { Assets } from '../pages/assets.ts';
import type { Html } from '../pages/html.ts';
import { sendPage } from '../pages/page.ts';
import { Visitor } from '../pages/visitor.ts';
import { Words } from '../pages/words.ts';
import { coreText } from './core-files.ts';
import { Library } from './library.ts';
import { TAGS } from './openapi/security-schemes.ts';
import { slugOfTag } from './operations.ts';
import { errorsContent } from './pages/errors.page.ts';
import { documentPage } from './pages/frame.ts';
import { guideContent, homeContent } from './pages/guide.page.ts';
import { referenceContent, tagContent } from './pages/reference.page.ts';
import { searchContent } from './pages/search.page.ts';
import { packedLibraries, packedLibrary } from './packed-libraries.ts';
import { Samples } from './samples.ts';
import { search } from './search.ts';
import { VECTORS, vectorText } from './vector-files.ts';
import { DEVELOPER_WORDS } from './words/words.ts';

/** The longest text that is searched for, in characters. */
const QUERY_LENGTH = 100;

/** The documents for developers. They take no input but a search, and run no script that they need. */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Controller('developers')
export class DevelopersController {
  constructor(
    private readonly library: Library,
    private readonly samples: Samples,
    private readonly assets: Assets,
    private readonly words: Words,
    private readonly environment: Environment,
  ) {}

  @Get()
  home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, (visitor) => ({ title: '', content: homeContent(visitor) }));
  }

  @Get('errors')
  errors(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, (visitor) => ({
      title: visitor.words(DEVELOPER_WORDS).errors.title,
      content: errorsContent(visitor, this.library.operations),
    }));
  }

  @Get('api')
  reference(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, (visitor) => ({
      title: visitor.words(DEVELOPER_WORDS).api.title,
      content: referenceContent(visitor, this.library.operations),
    }));
  }

  @Get('api/:tag')
  operations(@Param('tag') slug: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const tag = TAGS.find(({ name }) => slugOfTag(name) === slug);
    if (!tag) throw unknown();
    this.answer(request, reply, (visitor) => ({
      title: tag.name,
      content: tagContent(
        visitor,
        tag.name,
        this.library.operations.filter((one) => one.tag === tag.name),
      ),
    }));
  }

  @Get('search')
  find(@Query('q') q: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const query = typeof q === 'string' ? q.slice(0, QUERY_LENGTH).trim() : '';
    this.answer(request, reply, (visitor) => ({
      title: visitor.words(DEVELOPER_WORDS).search.label,
      content: searchContent(visitor, query, search(this.library.searchable(visitor.locale), query)),
      query,
    }));
  }

  /** Known answers of the app protocol. Their address has a version, so programs may keep them. */
  @Get('vectors/v1/:file')
  vectors(@Param('file') file: string, @Res() reply: FastifyReply): void {
    const name = VECTORS.find((one) => `${one}.json` === file);
    if (!name) throw unknown();
    void reply
      .header('Content-Type', 'application/json; charset=utf-8')
      .header('Cache-Control', 'public, max-age=86400')
      .header('Access-Control-Allow-Origin', '*')
      .send(vectorText(name));
  }

  /** The source of the cores for native apps, as text that runs nowhere. */
  @Get('cores/:core/:file')
  core(@Param('core') core: string, @Param('file') file: string, @Res() reply: FastifyReply): void {
    const text = coreText(core, file);
    if (text === undefined) throw unknown();
    void reply
      .header('Content-Type', 'text/plain; charset=utf-8')
      .header('Content-Security-Policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
      .header('Cache-Control', 'public, max-age=3600')
      .send(text);
  }

  /** The libraries for other people’s programs, which npm installs from this address. */
  @Get('packages/:file')
  tarball(@Param('file') file: string, @Res() reply: FastifyReply): void {
    const tarball = packedLibrary(file);
    if (tarball === undefined) throw unknown();
    void reply
      .header('Content-Type', 'application/gzip')
      .header('Content-Disposition', `attachment; filename="${file}"`)
      .header('Cache-Control', 'no-cache')
      .send(tarball);
  }

  @Get(':guide')
  guide(@Param('guide') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, (visitor) => {
      const guide = this.library.guide(name, visitor.locale);
      if (!guide) throw unknown();
      return {
        title: guide.title,
        content: guideContent(visitor, {
          ...guide,
          isDemonstration: this.samples.isDemonstration,
          downloads: name === 'sdk' ? packedLibraries() : [],
        }),
      };
    });
  }

  private answer(
    request: FastifyRequest,
    reply: FastifyReply,
    make: (visitor: Visitor) => { title: string; content: Html; query?: string },
  ): void {
    const { ISSUER: issuer } = this.environment;
    const visitor = new Visitor(request, reply, { name: 'session', issuer }, this.words);
    const [address = ''] = request.url.split('?', 1);
    const page = documentPage({ reader: visitor, address, ...make(visitor) });
    void reply.send(sendPage(reply, this.assets, page));
  }
}

function unknown(): Problem {
  return new Problem('not_found', 'There is no such document. See /developers for all of them.');
}
