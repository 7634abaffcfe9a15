# The sidecar's image. Built here by tag; the release pipeline pins the base by digest:
#   --build-arg BASE=python:3.13-slim@sha256:...
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements/build.txt requirements/runtime.txt requirements/
# Every package by hash, wheels only, into an environment of its own that has no pip.
RUN python -m pip install --require-hashes --only-binary :all: --requirement requirements/build.txt \
 && python -m venv --without-pip /opt/facade \
 && python -m pip --python /opt/facade install --require-hashes --only-binary :all: --requirement requirements/runtime.txt
COPY pyproject.toml README.md LICENCE ./
COPY facade facade
COPY adapters adapters
COPY config config
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
 && python -m pip --python /opt/facade install --no-deps --no-index /wheel/*.whl

FROM ${BASE}
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="strangler-facade" \
      org.opencontainers.image.description="A sidecar proxy that puts one platform interface over legacy systems" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="${BASE}"
COPY --from=build /opt/facade /opt/facade
# The one folder that is written to; the rest of the root may be read-only.
RUN install -d -m 0755 /etc/facade && install -d -o 65532 -g 65532 -m 0700 /var/lib/facade
# Bytecode was compiled at install. Callers and probes come from outside the container, operators do not: admin stays on loopback.
ENV PATH=/opt/facade/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FACADE_CONFIG=/etc/facade \
    FACADE_LISTEN=0.0.0.0:8080 \
    FACADE_OBSERVE=0.0.0.0:9902
# By number, so that an orchestrator can see that it is not root.
USER 65532:65532
VOLUME ["/var/lib/facade"]
EXPOSE 8080 9902
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9902/livez', timeout=2)"]
# Exec form: the facade is process 1 and gets SIGTERM and SIGHUP itself. It has handlers for both and starts no children.
STOPSIGNAL SIGTERM
ENTRYPOINT ["facade"]
CMD ["serve"]
