# The base image: replaceable, and to be pinned by its digest where images are built for others
# (--build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…), as .github/workflows/release.yml does.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc LICENSE ./
# Both secrets are optional: the configuration of a package mirror, and the certificate authority that it is trusted by. They are
# mounted for this step and are in no layer. The optional packages are needed for it, because esbuild's program is one.
# The log level replaces that of .npmrc, under which a failed installation says nothing.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca,target=/run/secrets/ca.crt \
  npm ci --include=dev --loglevel=error --no-audit --no-fund
COPY tsconfig.json tsconfig.browser.json tsconfig.build.json nest-cli.json ./
COPY config config
COPY migrations migrations
COPY src src
# Sources of native apps that the documents show; no test is built.
COPY test/examples/android-core test/examples/android-core
COPY test/examples/ios-core test/examples/ios-core
RUN npm run build --loglevel=error && npm run sdk --loglevel=error
# Without the development packages, and without the optional ones: a container is given its PostgreSQL and never starts the
# embedded one. What only a reader, a debugger or a compiler opens goes too; licences stay.
RUN npm prune --omit=dev --omit=optional --offline --loglevel=error \
  && find dist -type f -name '*.map' -delete \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' ! -iname '*licen[cs]e*' \) -delete \
  && find node_modules -type d -empty -delete \
  && rm -rf dist/.sources dist/.tsbuildinfo node_modules/.package-lock.json

FROM ${NODE_IMAGE}
ARG VERSION=0.0.0
# The commit of the build, or nothing: the service refuses to start with a text that is none.
ARG REVISION=
LABEL org.opencontainers.image.title="pushguard" \
  org.opencontainers.image.description="Push authentication protection: a verification code that reaches only the subscriber's own phone, after a PIN" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 MANAGEMENT_PORT=3001 BUILD_COMMIT=$REVISION
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A number, because Kubernetes' runAsNonRoot cannot tell that a name is not root.
USER 1000:1000
# 3001 is for probes and metrics inside the network. Never publish it.
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
# Generous, because each check starts a process, which a busy machine delays.
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.MANAGEMENT_PORT + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
