# Poolscope as a hosted dashboard. One volume, /data, holds the runs of its visitors.
#
#   docker build -t poolscope .
#   docker run --read-only --tmpfs /tmp -v poolscope:/data -p 8501:8501 poolscope
#
# TORCH_INDEX_URL names a package index with builds of torch and torchvision for the CPU alone,
# which are far smaller. It has no default: without it they come with their GPU libraries.
# TRAIN=false leaves them out: the dashboard then shows the runs that are there, and trains nothing.
FROM python:3.12-slim AS build
ARG TRAIN=true
ARG TORCH_INDEX_URL=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/poolscope
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY core ./core
COPY assets/data ./assets/data
RUN if [ "$TRAIN" = false ]; then \
        pip install --editable . --constraint constraints.txt; \
    else \
        if [ -n "$TORCH_INDEX_URL" ]; then \
            pip install --index-url "$TORCH_INDEX_URL" "torch==2.14.*" "torchvision==0.29.*"; \
        fi \
        && pip install --editable ".[train]" --constraint constraints.txt; \
    fi

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 poolscope \
    && install -d -o poolscope -g poolscope /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/poolscope
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    POOLSCOPE_MODE=hosted \
    POOLSCOPE_HOME=/data/home \
    POOLSCOPE_DATA=/data/sets \
    POOLSCOPE_WORKERS=1
USER 1000
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/ready', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
