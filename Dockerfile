# One image for web, relay and worker.
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PADDOCK_HOME=/var/lib/paddock \
    DJANGO_SETTINGS_MODULE=community.settings.prod
WORKDIR /srv/paddock
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN python scripts/compile_messages.py \
 && useradd --system --create-home --home-dir /var/lib/paddock paddock \
 && chmod 700 /var/lib/paddock
USER paddock
EXPOSE 8000
CMD ["python", "-m", "daphne", "--verbosity", "0", "-b", "0.0.0.0", "-p", "8000", "community.asgi:application"]
