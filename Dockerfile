# The command `benchmark` in a container, with the versions of requirements.lock. docs/install.md says how it is used.
#
#   docker build --tag benchmark .                            CPU
#   docker build --tag benchmark-cuda --build-arg DEVICE=cuda .   NVIDIA GPUs: torch as the package index has it for Linux
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG DEVICE=cpu
ARG EXTRAS=imagenet,dicom
# both: the address of a package index of your own
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
RUN pip install --no-cache-dir uv==0.13.9 && python -m venv /opt/benchmark
WORKDIR /source
COPY . .
# uv knows where torch's builds without CUDA are: they are gigabytes smaller
RUN case "$DEVICE" in \
      cpu) backend="--torch-backend=cpu" ;; \
      cuda) backend="" ;; \
      *) echo "DEVICE is cpu or cuda, not $DEVICE" >&2; exit 2 ;; \
    esac \
    && uv pip install --no-cache --compile-bytecode --python /opt/benchmark/bin/python \
      --constraint requirements.lock $backend ".[$EXTRAS]"

FROM python:${PYTHON}-slim
COPY --from=build /opt/benchmark /opt/benchmark
# what NVIDIA's container toolkit reads; without a GPU nobody does
ENV PATH=/opt/benchmark/bin:$PATH \
    OMP_WAIT_POLICY=passive \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN useradd --create-home --uid 1000 benchmark && install --directory --owner=benchmark /data
USER 1000
WORKDIR /data
ENTRYPOINT ["benchmark"]
CMD ["--help"]
