# One image for web, worker, beat and sweeper; docker-compose.yml gives each its command.
ARG PYTHON_IMAGE=python:3.12-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM ${PYTHON_IMAGE} AS environment
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

# The published files belong to the image: hashed names never collide, and a new release brings its own.
FROM environment AS published
WORKDIR /app
COPY . .
COPY --from=packages /build/node_modules node_modules
ENV STATIC_ROOT=/published/static VENDOR_DIR=/published/vendor DATA_DIR=/tmp/data
RUN python -m scripts.frontend "$VENDOR_DIR" --fetched \
    && SECRET_KEY=only-while-the-image-is-built python manage.py collectstatic --noinput --verbosity 0

FROM ${PYTHON_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin airduty \
    && install -d -o airduty -g airduty /data /backups
COPY --from=environment /venv /venv
COPY --from=published /published /published
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/published/static \
    VENDOR_DIR=/published/vendor \
    BIND=0.0.0.0:8000
USER airduty
VOLUME ["/data", "/backups"]
EXPOSE 8000
CMD ["gunicorn", "airduty.wsgi:application", "--config", "deploy/gunicorn.conf.py"]
