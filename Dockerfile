# Everything that grading and testing need:
#   docker build -t sequences . && docker run --rm --security-opt seccomp=unconfined --security-opt apparmor=unconfined sequences
# bubblewrap makes user namespaces, which Docker's own profiles forbid; without them choose --unconfined.
FROM python:3.11-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap git make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /course
COPY . .
ENV PIP_NO_CACHE_DIR=1 PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
RUN make environment
CMD ["make", "demo"]
