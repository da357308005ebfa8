# dicom-deid for the command line, the server and the workers of a cluster; docs/deploy.md says how it is started.
# Slim, without a compiler or a shell's needs beyond Debian's own, as a user without rights; the root may be read-only.
FROM python:3.11-slim AS built
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY py/dicom_deid py/dicom_deid
RUN python -m venv /opt/dicom-deid \
 && /opt/dicom-deid/bin/pip install --no-cache-dir --no-compile ".[cloud,cluster,encrypted,preview,serve]" \
 && /opt/dicom-deid/bin/python -m compileall -q -j 0 /opt/dicom-deid/lib

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin deid
COPY --from=built /opt/dicom-deid /opt/dicom-deid
# Bytecode is compiled above, and nothing is written outside of /tmp and what is mounted. The last four are what a run
# needs of scheduler and workers (docs/cluster.md).
ENV PATH=/opt/dicom-deid/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_DATA_HOME=/data \
    DASK_TEMPORARY_DIRECTORY=/tmp \
    DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0 \
    DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION=1.0 \
    DASK_DISTRIBUTED__WORKER__MEMORY__TARGET=False \
    DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["dicom-deid"]
CMD ["--help"]
